import type { UpstreamRequest } from '../support/upstream/upstream-server.ts';
import { toFrames } from '../support/upstream/vendor-wire.ts';
import { VENDOR_ERRORS } from '../support/upstream/vendor-errors.ts';
import type { VendorProvider } from '../contract/providers.ts';
import { getCell } from '../contract/providers.ts';

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
  readonly name: string;
  /** Providers that have such a thing; left out: all. */
  readonly only?: readonly string[];
  /** How the vendor answers; left out: both ways. */
  readonly form?: 'streamed' | 'waiting';
  /** The vendor says nothing more: the server has to be an impatient one. */
  readonly isSilent?: true;
  readonly play: (parts: Parts) => void | Promise<void>;
}

const errorsOf = ({ line }: Parts) => {
  const errors = VENDOR_ERRORS[line.descriptor.name];
  if (errors === undefined) throw new Error(`no errors are written down for ${line.descriptor.name}`);
  return errors;
};

const open = ({ request: { response }, isStreamed }: Parts): void => {
  response.writeHead(200, { 'content-type': isStreamed ? 'text/event-stream' : 'application/json' });
  response.flushHeaders();
};

const write = ({ request: { response } }: Parts, bytes: string): Promise<void> =>
  new Promise((resolve) => response.write(bytes, () => resolve()));

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
    const body = errorsOf(parts).body({ status, message: MESSAGE, ...delay });
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
      const errors = errorsOf(parts);
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
  { name: 'HTTP 429, RetryInfo in the body', only: ['gemini'], play: http(429, {}, 2500) },
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
      const body = errorsOf(parts).body({ status: 503, message: MESSAGE });
      answer(parts, 200, 'application/json', JSON.stringify(body));
    },
  },
  {
    name: 'nothing with 200',
    play: (parts) => answer(parts, 200, parts.isStreamed ? 'text/event-stream' : 'application/json', ''),
  },
];

const BEGINNING = 'Grüße';

/** A vendor's text turn in two pieces. */
export const toParts = (line: VendorProvider, request: UpstreamRequest): Parts => {
  const { payloads, whole } = getCell(line, 'text').turns[0];
  const isStreamed = line.wire.isStreamed(request);
  if (!isStreamed) {
    const text = JSON.stringify(whole);
    const middle = Math.floor(text.length / 2);
    return { line, request, isStreamed, begin: text.slice(0, middle), rest: text.slice(middle) };
  }
  const first = payloads.findIndex((payload) => JSON.stringify(payload).includes(BEGINNING));
  if (first === -1) throw new Error(`the text of ${line.name} does not begin with ${BEGINNING}`);
  return {
    line,
    request,
    isStreamed,
    begin: toFrames(payloads.slice(0, first + 1), line.wire, { done: false }),
    rest: toFrames(payloads.slice(first + 1), line.wire),
  };
};
