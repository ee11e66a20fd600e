import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { GraphqlResponse } from '../support/app/app.ts';
import type { ServerProcess } from '../support/app/server-process.ts';

type Server = Pick<ServerProcess, 'url' | 'child'>;

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface AskOptions {
  readonly agent?: Agent | false;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks over a connection of its own, to whichever worker; with an agent, over the one that this keeps. */
export const ask = (
  { url }: Pick<Server, 'url'>,
  path: string,
  { agent = false, body, headers = {} }: AskOptions = {},
): Promise<Answer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const method = body === undefined ? 'GET' : 'POST';
  const asked = request(new URL(path, url), { agent, method, headers }, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (text += chunk));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    response.on('error', reject);
  });
  asked.on('error', reject);
  asked.end(body);
  return promise;
};

export const askGraphql = async (
  server: Pick<Server, 'url'>,
  query: string,
  variables: object = {},
  { headers = {}, ...options }: AskOptions = {},
): Promise<GraphqlResponse> => {
  const { body } = await ask(server, '/graphql', {
    ...options,
    body: JSON.stringify({ query, variables }),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return JSON.parse(body) as GraphqlResponse;
};

export interface Workers {
  readonly answering: number;
  readonly states: Readonly<Record<string, string>>;
}

export const readWorkers = async (
  server: Pick<Server, 'url'>,
  options: AskOptions = {},
): Promise<Workers> => {
  const { body } = await ask(server, '/health/ready', options);
  const { parts } = JSON.parse(body) as { readonly parts: { readonly workers: Workers } };
  return parts.workers;
};

/** A kept connection to one worker. */
export const connectTo = async (server: Pick<Server, 'url'>, worker: number): Promise<Agent> => {
  for (;;) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { answering } = await readWorkers(server, { agent });
    if (answering === worker) return agent;
    agent.destroy();
  }
};

/** Polls until the condition holds; the test's own limit ends it otherwise. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await setTimeout(50);
};

const readParts = (pid: string, name: string): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8').split(name === 'stat' ? ' ' : '\0');
  } catch {
    // It has ended meanwhile.
    return [];
  }
};

/** Process ids of the children of a process, by the first word of what they were started with after their program. */
export const findWorkerPids = (primary: number): ReadonlyMap<number, number> =>
  new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && readParts(name, 'stat')[3] === String(primary))
      .map((pid) => {
        const words = readParts(pid, 'cmdline');
        const program = words.findIndex((word) => word.endsWith('worker.ts'));
        return [Number(words[program + 1]), Number(pid)] as const;
      })
      .filter(([number]) => number > 0),
  );

export const pidOf = ({ child }: Pick<Server, 'child'>, worker: number): number => {
  const pid = findWorkerPids(child.pid ?? 0).get(worker);
  if (pid === undefined) throw new Error(`the server has no worker ${worker}`);
  return pid;
};

/** Whether a process is there and has not ended. */
export const isRunning = (pid: number): boolean => {
  const state = readParts(String(pid), 'stat')[2];
  return state !== undefined && state !== 'Z';
};
