import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { collect } from '../../src/core/stream-event.ts';
import { never } from '../providers/text/openai/openai-harness.ts';
import { startUpstream } from '../support/upstream/upstream-server.ts';
import { toFrames } from '../support/upstream/vendor-wire.ts';
import { requestFor } from './contract-request.ts';
import { connectLine } from './contract-upstream.ts';
import { coveredCells, VENDOR_PROVIDERS, type VendorProvider } from './providers.ts';
import type { Turn } from './turn.ts';

/** A turn on the wire, as some server or proxy sends it. */
interface Sent {
  readonly asked: 'streamed' | 'whole';
  readonly given: 'streamed' | 'whole';
  /** null: the answer says nothing of it. */
  readonly type: string | null;
  /** What comes before it. */
  readonly before?: string;
  readonly isZipped?: true;
  /** What the proxy does to a stream's bytes. */
  readonly change?: (stream: string) => string;
}

const stream = { asked: 'streamed', given: 'streamed' } as const;
const STREAM = 'text/event-stream';

const SENT: readonly (readonly [string, Sent])[] = [
  ['a stream without a type', { ...stream, type: null }],
  ['a stream as text', { ...stream, type: 'text/plain; charset=utf-8' }],
  ['a stream as JSON', { ...stream, type: 'application/json' }],
  ['a stream as bytes', { ...stream, type: 'application/octet-stream' }],
  ['a stream as a page', { ...stream, type: 'text/html' }],
  ['a stream by a type in capitals', { ...stream, type: 'Text/Event-Stream;CHARSET=UTF-8' }],
  ['a compressed stream', { ...stream, type: STREAM, isZipped: true }],
  ['a stream after blank lines', { ...stream, type: null, before: '\r\n\r\n\n\n' }],
  ['a stream after a byte order mark', { ...stream, type: STREAM, before: '\ufeff' }],
  ['a stream after a comment', { ...stream, type: null, before: ': OPENROUTER PROCESSING\n\n' }],
  ['a stream after a wish for patience', { ...stream, type: 'text/plain', before: 'retry: 3000\n\n' }],
  ['a stream after an event without data', { ...stream, type: null, before: 'event: ping\n\nid: 1\n\n' }],
  [
    'a stream of lines that end in CR',
    { ...stream, type: STREAM, change: (all) => all.replaceAll(/\r?\n/g, '\r') },
  ],
  [
    'a stream without its last blank line',
    { ...stream, type: STREAM, change: (all) => all.replace(/\r?\n\r?\n$/, '') },
  ],
  [
    'a stream with a comment, an id and an unknown field in each event',
    { ...stream, type: STREAM, change: (all) => all.replaceAll('data: ', ': keep\nid: 7\nspeed: 9\ndata: ') },
  ],
  ['a whole answer for a stream', { asked: 'streamed', given: 'whole', type: 'application/json' }],
  [
    'a stream with words that keep it alive in each event',
    {
      ...stream,
      type: STREAM,
      change: (all) => all.replaceAll(/\r?\n\r?\n/g, '\n\ndata: [PING]\n\ndata: keep-alive\n\n'),
    },
  ],
  ['a whole answer for a stream, as one', { asked: 'streamed', given: 'whole', type: STREAM }],
  [
    'a whole answer for a stream, without a type',
    { asked: 'streamed', given: 'whole', type: null, before: '\n \n' },
  ],
  ['a stream for a whole answer', { asked: 'whole', given: 'streamed', type: STREAM }],
  ['a stream for a whole answer, as one', { asked: 'whole', given: 'streamed', type: 'application/json' }],
  ['a whole answer without a type', { asked: 'whole', given: 'whole', type: null, before: ' '.repeat(500) }],
  ['a whole answer as an event stream', { asked: 'whole', given: 'whole', type: STREAM, isZipped: true }],
];

const CAPABILITIES: ReadonlySet<string> = new Set(['text', 'reasoning', 'tools']);

const turnsOf = (line: VendorProvider) =>
  coveredCells(line)
    .filter(({ capability }) => CAPABILITIES.has(capability))
    .flatMap(({ capability, config, turns }) =>
      turns
        .filter(({ whole, ends }) => whole !== null && 'result' in ends)
        .map((turn) => ({ capability, config, turn })),
    );

const toBytes = (line: VendorProvider, turn: Turn, sent: Sent): Buffer => {
  const { given, before = '', isZipped, change = (all) => all } = sent;
  const body = given === 'whole' ? JSON.stringify(turn.whole) : change(toFrames(turn.payloads, line.wire));
  const bytes = Buffer.from(`${before}${body}`);
  return isZipped === true ? gzipSync(bytes) : bytes;
};

describe.each(VENDOR_PROVIDERS)('$name is read as what it is:', (line) => {
  test.each(SENT)('%s', async (_, sent) => {
    for (const { capability, config, turn } of turnsOf(line)) {
      await using upstream = await startUpstream(({ response }) => {
        response.writeHead(200, {
          ...(sent.type !== null && { 'content-type': sent.type }),
          ...(sent.isZipped === true && { 'content-encoding': 'gzip' }),
        });
        response.end(toBytes(line, turn, sent));
      });
      const provider = await connectLine(line, config, upstream.origin);
      const request = requestFor(capability, config);
      const result =
        sent.asked === 'whole'
          ? provider.generate(request, { signal: never() })
          : collect(provider.stream(request, { signal: never() }));
      expect(await result, `${capability}: ${turn.name}`).toMatchObject(
        'result' in turn.ends ? turn.ends.result : {},
      );
    }
  });
});
