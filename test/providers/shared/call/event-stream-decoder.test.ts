import { describe, expect, test } from 'vitest';
import {
  EventStreamDecoder,
  type ServerEvent,
} from '../../../../src/providers/shared/call/event-stream-decoder.ts';
import { createRandom } from '../../../support/create-random.ts';

const MIB = 1024 * 1024;

const told = (events: readonly ServerEvent[]): readonly (readonly [string | undefined, string])[] =>
  events.map(({ event, data }) => [event, data]);

const decode = (bytes: Buffer, nextLength: () => number) => {
  const decoder = new EventStreamDecoder();
  const events: ServerEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + nextLength();
    // A copy, as each piece of a socket has memory of its own.
    events.push(...decoder.push(Uint8Array.from(bytes.subarray(at, end))));
    at = end;
  }
  events.push(...decoder.end());
  return { events: told(events), isTooLong: decoder.isTooLong };
};

const A = '{"a":1}';
const B = '{"b":"grüße 😀"}';
const BOTH = [
  [undefined, A],
  [undefined, B],
] as const;

const STREAMS: readonly (readonly [string, string, readonly (readonly [string | undefined, string])[]])[] = [
  ['lines that end in LF', `data: ${A}\n\ndata: ${B}\n\n`, BOTH],
  ['lines that end in CRLF', `data: ${A}\r\n\r\ndata: ${B}\r\n\r\n`, BOTH],
  ['lines that end in CR', `data: ${A}\r\rdata: ${B}\r\r`, BOTH],
  ['lines that end each in another way', `data: ${A}\r\n\ndata: ${B}\r\r\n`, BOTH],
  ['no space after the colon', `data:${A}\n\ndata:${B}\n\n`, BOTH],
  ['a byte order mark', `\ufeffdata: ${A}\n\ndata: ${B}\n\n`, BOTH],
  ['blank lines before and between', `\n\n\ndata: ${A}\n\n\n\n\ndata: ${B}\n\n`, BOTH],
  ['no blank line at the end', `data: ${A}\n\ndata: ${B}\n`, BOTH],
  ['no line end at the end', `data: ${A}\n\ndata: ${B}`, BOTH],
  ['comments everywhere', `: ping\n\n:\ndata: ${A}\n: ping\n\n:data: x\ndata: ${B}\n:\n\n: bye`, BOTH],
  ['ids and retries', `id: 1\nretry: 10\ndata: ${A}\n\nid\nretry: soon\n\ndata: ${B}\nid: 2\n\n`, BOTH],
  ['fields that nobody knows', `speed: 9\ndata: ${A}\nspeed\n\ndata: ${B}\n\nspeed: 10\n\n`, BOTH],
  ['events without data', `event: ping\n\ndata: ${A}\n\nevent: ping\n\ndata: ${B}\n\n`, BOTH],
  ['data of several lines', 'data: {"a":\ndata: 1}\n\n', [[undefined, '{"a":\n1}']]],
  [
    'names of events',
    `event: one\ndata: ${A}\n\ndata: ${B}\nevent:two\n\n`,
    [
      ['one', A],
      ['two', B],
    ],
  ],
  ['a JSON object on its own', `data: ${A}\n\n${B}\n`, BOTH],
  ['a JSON object on its own, without a line end', `data: ${A}\n\n${B}`, BOTH],
  [
    'a JSON object of several lines',
    `data: ${A}\n\n{\n  "b": 2\n}\n`,
    [
      [undefined, A],
      [undefined, '{\n  "b": 2\n}'],
    ],
  ],
  [
    'bare objects whose inner braces are not indented, after lines that are closed and no JSON',
    `{ no\n}\n{\n"b": {\n"c": [\n1\n]\n}\n}\n[\n${A}\n]\n`,
    [
      [undefined, '{\n"b": {\n"c": [\n1\n]\n}\n}'],
      [undefined, `[\n${A}\n]`],
    ],
  ],
  [
    'the end mark',
    `data: ${A}\n\ndata: [DONE]\n\n`,
    [
      [undefined, A],
      [undefined, '[DONE]'],
    ],
  ],
];

describe.each(STREAMS)('%s', (_, stream, events) => {
  const bytes = Buffer.from(stream);

  test('in one piece', () => {
    expect(decode(bytes, () => bytes.length)).toEqual({ events, isTooLong: false });
  });

  test('byte by byte', () => {
    expect(decode(bytes, () => 1)).toEqual({ events, isTooLong: false });
  });

  test('in any pieces', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const random = createRandom(seed);
      expect(
        decode(bytes, () => 1 + Math.floor(random() * 7)),
        `seed ${seed}`,
      ).toEqual({
        events,
        isTooLong: false,
      });
    }
  });
});

/** Feeds pieces until a limit is passed; how much was taken, in bytes, at most so much. */
const takenOf = (begin: string, piece: string, most: number): { taken: number; isTooLong: boolean } => {
  const decoder = new EventStreamDecoder();
  decoder.push(Buffer.from(begin));
  const bytes = Buffer.from(piece);
  let taken = 0;
  while (!decoder.isTooLong && taken < most) {
    decoder.push(bytes);
    taken += bytes.length;
  }
  return { taken, isTooLong: decoder.isTooLong };
};

test.each<[string, string, string]>([
  ['a line without end', 'data: {"a":"', 'x'.repeat(64 * 1024)],
  ['a line without end, in tiny pieces', 'data: {"a":"', 'xyz'.repeat(9)],
  ['a comment without end', ': ', ' '.repeat(64 * 1024)],
  ['a name without end', 'event: ', 'a'.repeat(64 * 1024)],
  ['an event of lines without end', '', `data: ${'x'.repeat(64 * 1024)}\n`],
  ['an event of short lines without end', '', 'data\n'.repeat(100)],
  ['an event of names without end', '', 'event: ping\n'.repeat(100)],
])('%s is taken up to 16 MiB', (_, begin, piece) => {
  const { taken, isTooLong } = takenOf(begin, piece, 40 * MIB);
  expect(isTooLong).toBe(true);
  expect(taken).toBeLessThanOrEqual(16 * MIB + piece.length);
});

test('a long stream of short events has no limit here', () => {
  const event = `: ping\n\ndata: ${A}\n\n`.repeat(500);
  expect(takenOf('', event, 20 * MIB).isTooLong).toBe(false);
});
