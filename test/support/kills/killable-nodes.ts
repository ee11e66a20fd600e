import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('batch-server.ts', import.meta.url));

/** What a node lives from one start to the next kill. */
export interface Life {
  /** Its name, which is in what it calls vendors with. */
  readonly key: string;
  readonly node: number;
  /** Its address once it listens. Rejects when it ends before. */
  readonly url: Promise<string>;
  readonly isReady: () => boolean;
  readonly isOver: () => boolean;
}

interface OwnLife extends Life {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  begin(): void;
  end(): Promise<void>;
}

export interface BatchNodes extends AsyncDisposable {
  /** The life of each node that goes on or comes next. */
  readonly lives: () => readonly Life[];
  /** Ends lives with SIGKILL. Resolves once they are over; what comes next does not begin before `revive`. */
  kill(lives: readonly Life[]): Promise<void>;
  /** Starts every node that does not run. */
  revive(): void;
  /**
   * Asks a node that listens, any of them, and another one for as long as it dies meanwhile. Throws what `question`
   * throws of a node that lives.
   */
  ask<T>(question: (server: { readonly url: string }, life: Life) => Promise<T>): Promise<T>;
}

export interface BatchNodesOptions {
  readonly count: number;
  readonly random: () => number;
  readonly folder: string;
  /** Of every node. */
  readonly environment: Readonly<Record<string, string>>;
  /** By which a vendor knows the life that calls it. */
  readonly ownEnvironment: (life: string) => Readonly<Record<string, string>>;
  /** What a node runs; left out: the server for batches. */
  readonly program?: string;
}

/** Loads a process of the server, which begins when it is told to. */
const loadLife = (
  { folder, environment, ownEnvironment, program = PROGRAM }: BatchNodesOptions,
  node: number,
  key: string,
): OwnLife => {
  const child = fork(program, {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      BATCH_SERVER_LOG: process.env['BATCH_SERVER_LOG'],
      NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
      PORT: '0',
      ...environment,
      ...ownEnvironment(key),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  let isReady = false;
  let isOver = false;
  child.on('message', (message: { readonly url: string }) => {
    isReady = true;
    resolve(message.url);
  });
  void exited.then(() => reject(new Error('a server ended before it was ready')));
  // A life that is ended before it is ready is not asked for its address.
  url.catch(() => undefined);
  return {
    key,
    node,
    url,
    isReady: () => isReady && !isOver,
    isOver: () => isOver,
    child,
    exited,
    begin: () => void child.send('begin'),
    async end() {
      isOver = true;
      child.kill('SIGKILL');
      await exited;
    },
  };
};

class KillableNodes implements BatchNodes {
  readonly #options: BatchNodesOptions;
  readonly #running: OwnLife[] = [];
  /** The next life of each node. */
  readonly #spare: OwnLife[] = [];
  /** Lives whose turn has come and that have not begun. */
  readonly #waiting = new Set<OwnLife>();
  #born = 0;
  #isClosed = false;

  constructor(options: BatchNodesOptions) {
    this.#options = options;
    for (let node = 0; node < options.count; node += 1) {
      const life = this.#load(node);
      life.begin();
      this.#running.push(life);
      this.#spare.push(this.#load(node));
    }
  }

  lives(): readonly Life[] {
    return this.#running;
  }

  async kill(lives: readonly Life[]): Promise<void> {
    const ended = this.#running.filter((life) => lives.includes(life));
    for (const life of ended) {
      const next = this.#spare[life.node];
      if (next === undefined) throw new TypeError(`there is no node ${life.node}`);
      this.#running[life.node] = next;
      this.#waiting.add(next);
    }
    await Promise.all(ended.map((life) => life.end()));
  }

  revive(): void {
    if (this.#isClosed) return;
    for (const life of this.#waiting) {
      life.begin();
      this.#spare[life.node] = this.#load(life.node);
    }
    this.#waiting.clear();
  }

  async ask<T>(question: (server: { readonly url: string }, life: Life) => Promise<T>): Promise<T> {
    for (;;) {
      const life = await this.#nextReady();
      try {
        return await question({ url: await life.url }, life);
      } catch (error) {
        if (!life.isOver()) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#running, ...this.#spare].map((life) => life.end()));
  }

  /** Any life that listens; one that comes next where none does. */
  async #nextReady(): Promise<OwnLife> {
    for (;;) {
      if (this.#isClosed) throw new Error('there are no servers any more');
      const ready = this.#running.filter((life) => life.isReady());
      const life = ready[Math.floor(this.#options.random() * ready.length)];
      if (life !== undefined) return life;
      const coming = [...this.#running];
      await Promise.any(coming.map(({ url }) => url)).catch((error: unknown) => {
        if (!coming.some((one) => one.isOver())) throw error;
      });
    }
  }

  #load(node: number): OwnLife {
    this.#born += 1;
    return loadLife(this.#options, node, `node-${node}-life-${this.#born}`);
  }
}

/** Several processes of the server, each of which has its next life loaded before it dies. */
export const startBatchNodes = (options: BatchNodesOptions): BatchNodes => new KillableNodes(options);
