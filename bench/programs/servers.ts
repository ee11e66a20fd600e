import { type Child, type ChildOptions, SERVER_CORE, startChild } from './child-process.ts';
import type { ModelgraphOptions } from './modelgraph-server.ts';
import { readStartFlags } from './start-flags.ts';

/** A server under measurement, on a core of its own. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly child: Child;
}

const startServer = async ({ nodeFlags = [], ...options }: ChildOptions): Promise<Server> => {
  const flags = ['--expose-gc', ...nodeFlags];
  const child = await startChild({ core: SERVER_CORE, nodeFlags: flags, ...options });
  return {
    url: String(child.ready['url']),
    child,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
};

/** The server of this tree, with the flags of `npm start`; without an upstream its own process generates the deltas. */
export const startModelgraph = (
  options: Partial<ModelgraphOptions> = {},
  nodeFlags: readonly string[] = [],
): Promise<Server> =>
  startServer({
    program: 'modelgraph-server.ts',
    options: { upstreamUrl: null, ...options },
    nodeFlags: [...readStartFlags(), ...nodeFlags],
  });

/** `ws` and `node:http` alone. */
export const startBare = (nodeFlags: readonly string[] = []): Promise<Server> =>
  startServer({ program: 'bare-server.ts', nodeFlags });

export const startOther = (
  program: string,
  options: unknown,
  nodeFlags: readonly string[] = [],
): Promise<Server> => startServer({ program, options, nodeFlags });

export interface Upstream extends AsyncDisposable {
  readonly baseUrl: string;
  readonly child: Child;
}

/** The paced upstream, on the core of the load generator. */
export const startUpstream = async (): Promise<Upstream> => {
  const child = await startChild({ program: 'paced-upstream.ts' });
  return {
    baseUrl: String(child.ready['baseUrl']),
    child,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
};
