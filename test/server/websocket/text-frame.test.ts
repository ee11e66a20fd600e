import { expect, test } from 'vitest';
import { toTextFrame } from '../../../src/server/websocket/text-frame.ts';

/** The messages of frames that follow each other; each has to be whole, unmasked text under the shortest head. */
const readFrames = (bytes: Buffer): string[] => {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    expect(bytes[at]).toBe(0b1000_0001);
    const short = bytes.readUInt8(at + 1);
    at += 2;
    let length = short;
    if (short === 126) {
      length = bytes.readUInt16BE(at);
      at += 2;
      expect(length).toBeGreaterThan(125);
    } else if (short === 127) {
      length = Number(bytes.readBigUInt64BE(at));
      at += 8;
      expect(length).toBeGreaterThan(65_535);
    }
    messages.push(bytes.toString('utf8', at, at + length));
    at += length;
  }
  return messages;
};

test('frames of every length of head that are written in one piece are read as the messages they were', () => {
  const messages = [
    '',
    'a'.repeat(125),
    'a'.repeat(126),
    'a'.repeat(65_535),
    'a'.repeat(65_536),
    'é'.repeat(62),
    'é'.repeat(63),
    'Grüße 👋🏽, 你好',
    '你'.repeat(21_846),
    '😀'.repeat(40_000),
  ];
  const frames = messages.map(toTextFrame).join('');
  expect(readFrames(Buffer.from(frames, 'latin1'))).toEqual(messages);
});
