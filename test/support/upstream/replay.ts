import { cpSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';

/** Recorded traffic of the real vendors, kept beside the checkout; the project does without it. */
const UPSTREAMS = new URL('../../../../shared/upstreams/', import.meta.url);
const CACHE = new URL('../../../node_modules/.cache/replay/', import.meta.url);

export interface ReplayOptions {
  readonly split?: number;
  readonly truncate?: number;
  readonly end?: number;
  readonly garble?: number;
  readonly error?: number;
  readonly stall?: number;
  readonly status?: number;
  readonly retryafter?: number;
  readonly done?: 0 | 1;
  readonly crlf?: 0 | 1;
}

export interface Interaction {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: Buffer;
  /** As the cassette holds it: its body is text, an object around text, or parsed. */
  readonly request: Raw;
}

/** What a client once sent, and how the vendor took it. */
export interface RecordedRequest {
  readonly path: string;
  readonly status: number;
  readonly body: Raw;
}

export interface Replay {
  /** The base URL that serves a recording, with faults. */
  readonly url: (file: string, options?: ReplayOptions) => string;
  readonly log: readonly { readonly body: string; readonly rest: string }[];
  /** Every recording begins with its first exchange again. */
  readonly resetCassettes: () => void;
  readonly close: () => Promise<void>;
}

interface ReplayModule {
  readonly createReplay: (options: {
    readonly root: string;
  }) => Promise<Replay & { readonly server: Server }>;
  readonly loadCassette: (file: string) => Promise<readonly Interaction[]>;
}

export interface Recordings {
  readonly start: () => Promise<Replay>;
  /** The payloads of a recording's streams, or its whole body, in the order they were recorded. */
  readonly exchanges: (file: string) => Promise<readonly Exchange[]>;
  /** The requests with a JSON body that a cassette holds, in their order. */
  readonly requests: (file: string) => Promise<readonly RecordedRequest[]>;
}

/** A vendor's JSON as it is: tests work out of it, without the code under test, what has to come of it. */
// oxlint-disable-next-line typescript/no-explicit-any -- a type here would be a second guess at every vendor's shapes
export type Raw = any;

export interface Exchange {
  readonly method: string;
  readonly status: number;
  readonly streamed: boolean;
  /** Parsed: of a stream each event's payload, `[DONE]` left out; of anything else the one body. */
  readonly payloads: readonly Raw[];
}

export const hasRecordings = existsSync(new URL('recordings.tsv', UPSTREAMS));

/** Throws where the recordings are absent: tests ask `hasRecordings` first and skip. */
export const openRecordings = async (): Promise<Recordings> => {
  const root = fileURLToPath(new URL('recordings', UPSTREAMS));
  // The player finds the YAML reader it needs only from inside this project.
  mkdirSync(CACHE, { recursive: true });
  // Put in its place in one step: another test file may be loading it at this moment.
  const copy = new URL(`replay-${process.pid}.mjs`, CACHE);
  cpSync(new URL('replay.mjs', UPSTREAMS), copy);
  renameSync(copy, new URL('replay.mjs', CACHE));
  const player = (await import(new URL('replay.mjs', CACHE).href)) as ReplayModule;
  const cassettes = new Map<string, Promise<readonly Interaction[]>>();
  /** A cassette is read once, whatever is asked of it. */
  const load = (file: string): Promise<readonly Interaction[]> => {
    const loading = cassettes.get(file) ?? player.loadCassette(`${root}/${file}`);
    cassettes.set(file, loading);
    return loading;
  };
  return {
    start: async () => {
      const replay = await player.createReplay({ root });
      // A connection that is closed for being idle may be closed under a request, where the machine is busy.
      replay.server.keepAliveTimeout = 0;
      return { ...replay, url: (file, options) => replay.url(`${root}/${file}`, options) };
    },
    requests: async (file) =>
      (await load(file)).flatMap(({ path, status, request }) => {
        const body = toRecordedBody(request);
        return body === undefined ? [] : [{ path, status, body }];
      }),
    exchanges: async (file) => {
      if (/\.ya?ml$/.test(file))
        return (await load(file)).map(({ method, status, body }) =>
          toExchange(method, status, body.toString('utf8')),
        );
      const text = readFileSync(`${root}/${file}`, 'utf8');
      if (file.endsWith('.json')) return [toExchange('POST', 200, text)];
      const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
      return [
        {
          method: 'POST',
          status: 200,
          streamed: true,
          payloads: lines.map((line) => JSON.parse(line) as unknown),
        },
      ];
    },
  };
};

const toRecordedBody = ({ parsed_body: parsed, body }: Raw): Raw => {
  if (parsed !== undefined) return parsed;
  const text: unknown = body?.string ?? body;
  return typeof text === 'string' && /^\s*\{/.test(text) ? JSON.parse(text) : undefined;
};

const toExchange = (method: string, status: number, body: string): Exchange => {
  const data = [...body.matchAll(/^data: ?(.*?)\r?$/gm)].map((match) => match[1] ?? '');
  return data.length > 0 && !/^\s*[{[]/.test(body)
    ? {
        method,
        status,
        streamed: true,
        payloads: data.filter((line) => line !== '[DONE]').map((line) => JSON.parse(line) as unknown),
      }
    : { method, status, streamed: false, payloads: [JSON.parse(body) as unknown] };
};
