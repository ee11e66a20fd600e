import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeCommit } from '../report/machine.ts';
import type { ModelgraphOptions } from './modelgraph-server.ts';
import { readStartFlags } from './start-flags.ts';
import { type Server, startBare, startModelgraph, startOther } from './servers.ts';

/** A server that can be started for a measurement. */
export interface Build {
  /** The name in reports. */
  readonly name: string;
  /** Of another checkout; left out: this one. */
  readonly folder?: string;
  readonly start: (options?: Partial<ModelgraphOptions>, nodeFlags?: readonly string[]) => Promise<Server>;
}

/** `ws` and `node:http` alone, which take no options. */
export const BARE: Build = { name: 'bare', start: (_options, nodeFlags) => startBare(nodeFlags) };

/** The tree of this benchmark. */
export const PRESENT: Build = { name: 'this server', start: startModelgraph };

const PROGRAM = 'bench/programs/modelgraph-server.ts';

/**
 * Another checkout of this repository. Its own server program runs, with its own packages, on the Node of this process.
 * Throws if the folder has no such program or no packages.
 */
export const getCheckout = (folder: string): Build => {
  const program = resolve(folder, PROGRAM);
  if (!existsSync(program))
    throw new Error(`${folder} is not a checkout of this repository: it has no ${PROGRAM}.`);
  if (!existsSync(resolve(folder, 'node_modules')))
    throw new Error(`${folder} has no packages: run \`npm ci\` there.`);
  const startFlags = readStartFlags(resolve(folder));
  return {
    name: `commit ${describeCommit(resolve(folder))}`,
    folder: resolve(folder),
    start: (options, nodeFlags) =>
      startOther(pathToFileURL(program).href, { upstreamUrl: null, ...options }, [
        ...startFlags,
        ...(nodeFlags ?? []),
      ]),
  };
};

export interface StartedBuild {
  readonly name: string;
  readonly server: Server;
}

/** Starts the servers of some builds; the stack stops them. */
export const startBuilds = async (
  stack: AsyncDisposableStack,
  builds: readonly Build[],
): Promise<readonly StartedBuild[]> => {
  const started: StartedBuild[] = [];
  for (const { name, start } of builds) started.push({ name, server: stack.use(await start()) });
  return started;
};

/** The builds that a measurement of streams alternates: the bare server, the other build if there is one, this tree. */
export const toAlternating = (before: Build | null): readonly Build[] => [
  BARE,
  ...(before === null ? [] : [before]),
  PRESENT,
];
