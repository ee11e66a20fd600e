import type { UpstreamRequest } from '../support/upstream/upstream-server.ts';
import { toFrames } from '../support/upstream/vendor-wire.ts';
import type { VendorProvider } from '../contract/providers.ts';
import { splitTextTurn } from '../contract/text-turn.ts';
import type { FaultName } from './expectations.ts';

const MESSAGE = 'the vendor explains itself';

/** An hour from now, in whole seconds as an HTTP date has them. */
export const RETRY_DATE = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_600_000);

/** The parts of a vendor's answer that faults are made of. */
interface Parts {
  readonly line: VendorProvider;
  readonly request: UpstreamRequest;
  readonly isStreamed: boolean;
  /** The beginning: of a stream, up to and with its first text; of a whole answer, half of its bytes. */
  readonly begin: string;
  /** What would have followed. */
  readonly rest: string;
}

export interface Fault {
  readonly name: FaultName;
  /** Whether a vendor can have such a fault; left out: every one can. */
  readonly isPossible?: (line: VendorProvider) => boolean;
  /** How the vendor answers; left out: both ways. */
  readonly form?: 'streamed' | 'waiting';
  /** The vendor says so much that one is asked after the other. */
  readonly isLong?: true;
  /** The vendor says nothing more: the server has to be an impatient one. */
  readonly isSilent?: true;
  readonly play: (parts: Parts) => void | Promise<void>;
}

const open = ({ request: { response }, isStreamed }: Parts): void => {
  response.writeHead(200, { 'content-type': isStreamed ? 'text/event-stream' : 'application/json' });
  response.flushHeaders();
};

const write = ({ request: { response } }: Parts, bytes: string | Buffer): Promise<void> =>
  new Promise((resolve) => response.write(bytes, () => resolve()));

const PIECE = Buffer.alloc(1024 * 1024, 'x');

/** Writes on until the other side has had enough. */
const writeWithoutEnd = async (parts: Parts, start = ''): Promise<void> => {
  const { response } = parts.request;
  if (start !== '') await write(parts, start);
  while (!response.destroyed) await write(parts, PIECE);
};

const answer = (
  { request: { response } }: Parts,
  status: number,
  contentType: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { 'content-type': contentType, ...headers });
  response.end(body);
};

const http =
  (status: number, headers: Readonly<Record<string, string>> = {}, retryDelayMs?: number): Fault['play'] =>
  (parts) => {
    const delay = retryDelayMs === undefined ? {} : { retryDelayMs };
    const body = parts.line.vendor.errors.body({ status, message: MESSAGE, ...delay });
    answer(parts, status, 'application/json', JSON.stringify(body), headers);
  };

export const FAULTS: readonly Fault[] = [
  {
    name: 'connection reset before an answer',
    play: ({ request }) => void request.response.socket?.resetAndDestroy(),
  },
  {
    name: 'socket cut in the middle',
    play: async (parts) => {
      open(parts);
      await write(parts, parts.begin);
      // The bytes have to be on their way: a reset may overtake them.
      setImmediate(() => parts.request.response.socket?.end());
    },
  },
  {
    name: 'clean end in the middle',
    play: async (parts) => {
      open(parts);
      await write(parts, parts.begin);
      parts.request.response.end();
    },
  },
  {
    name: 'garbled frame',
    play: async (parts) => {
      open(parts);
      await write(parts, parts.begin);
      const { isStreamed, rest } = parts;
      const garbled = isStreamed
        ? rest.replace(/^((?:event: .*\n)?data: ).*/, '$1{"garbled": ')
        : `\n}{\n${rest}`;
      parts.request.response.end(garbled);
    },
  },
  {
    name: 'error inside a success',
    play: async (parts) => {
      const { errors } = parts.line.vendor;
      if (!parts.isStreamed)
        return answer(
          parts,
          200,
          'application/json',
          JSON.stringify(errors.body({ status: 503, message: MESSAGE })),
        );
      open(parts);
      await write(parts, parts.begin);
      parts.request.response.end(errors.frame(MESSAGE));
    },
  },
  {
    name: 'silence in the middle',
    isSilent: true,
    play: async (parts) => {
      open(parts);
      await write(parts, parts.begin);
    },
  },
  { name: 'HTTP 400', play: http(400) },
  { name: 'HTTP 401', play: http(401) },
  { name: 'HTTP 404', play: http(404) },
  { name: 'HTTP 413', play: http(413) },
  { name: 'HTTP 429', play: http(429) },
  { name: 'HTTP 429, Retry-After in seconds', play: http(429, { 'retry-after': '7' }) },
  { name: 'HTTP 429, Retry-After as a date', play: http(429, { 'retry-after': RETRY_DATE.toUTCString() }) },
  { name: 'HTTP 429, retry-after-ms', play: http(429, { 'retry-after-ms': '1500' }) },
  {
    name: 'HTTP 429, RetryInfo in the body',
    isPossible: ({ vendor }) => vendor.errors.namesRetryDelay === true,
    play: http(429, {}, 2500),
  },
  { name: 'HTTP 500', play: http(500) },
  { name: 'HTTP 503', play: http(503) },
  { name: 'HTTP 529', play: http(529) },
  {
    name: 'HTML with 200',
    play: (parts) => answer(parts, 200, 'text/html', '<html><body>Welcome to the proxy.</body></html>'),
  },
  {
    name: 'JSON of something else with 200',
    play: (parts) => answer(parts, 200, 'application/json', '{"object":"novelty","items":[]}'),
  },
  {
    name: 'JSON of an error with 200',
    form: 'streamed', // waited for, it is the error inside a success
    play: (parts) => {
      const body = parts.line.vendor.errors.body({ status: 503, message: MESSAGE });
      answer(parts, 200, 'application/json', JSON.stringify(body));
    },
  },
  {
    name: 'nothing with 200',
    play: (parts) => answer(parts, 200, parts.isStreamed ? 'text/event-stream' : 'application/json', ''),
  },
  {
    name: 'HTML as an event stream',
    play: (parts) =>
      answer(parts, 200, 'text/event-stream', '<html><body>Welcome to the proxy.</body></html>'),
  },
  {
    name: 'HTTP 400 as an event stream',
    play: (parts) => {
      const body = parts.line.vendor.errors.body({ status: 400, message: MESSAGE });
      answer(parts, 400, 'text/event-stream', `: keep-alive\n\ndata: ${JSON.stringify(body)}\n\n`);
    },
  },
  {
    name: 'HTTP 500 without end',
    play: async (parts) => {
      parts.request.response.writeHead(500, { 'content-type': 'text/html' });
      await writeWithoutEnd(parts);
    },
  },
  {
    name: 'event or answer without end',
    isLong: true,
    play: async (parts) => {
      open(parts);
      await write(parts, parts.begin);
      await writeWithoutEnd(parts, parts.isStreamed ? 'data: {"more": "' : '');
    },
  },
  {
    name: 'JSON nested too deep',
    play: async (parts) => {
      const nested = `{"nested":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
      open(parts);
      if (!parts.isStreamed)
        return void parts.request.response.end(
          `${parts.begin}${parts.rest}`.replace(/^{/, `{"more":${nested},`),
        );
      await write(parts, parts.begin);
      parts.request.response.end(`data: ${nested}\n\n${parts.rest}`);
    },
  },
];

/** A vendor's text turn in two pieces. */
export const toParts = (line: VendorProvider, request: UpstreamRequest): Parts => {
  const isStreamed = line.wire.isStreamed(request);
  const { begin, rest, whole } = splitTextTurn(line);
  if (!isStreamed) {
    const text = JSON.stringify(whole);
    const middle = Math.floor(text.length / 2);
    return { line, request, isStreamed, begin: text.slice(0, middle), rest: text.slice(middle) };
  }
  return {
    line,
    request,
    isStreamed,
    begin: toFrames(begin, line.wire, { done: false }),
    rest: toFrames(rest, line.wire),
  };
};
