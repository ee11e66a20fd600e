import { expect, test } from 'vitest';
import { readLines } from '../../src/lib/read-lines.ts';

/** The text in chunks of so many bytes. */
async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const linesOf = async (text: string, size: number, maxLineBytes = 1_000): Promise<(string | null)[]> => {
  const lines: (string | null)[] = [];
  for await (const { index, bytes } of readLines(inChunks(text, size), maxLineBytes)) {
    expect(index).toBe(lines.length);
    lines.push(bytes?.toString() ?? null);
  }
  return lines;
};

test.each([1, 2, 3, 7, 1_000])('lines are the same in chunks of %i bytes', async (size) => {
  expect(await linesOf('one\r\ntwo ü\n\n\r\nlast', size)).toEqual(['one', 'two ü', '', '', 'last']);
  expect(await linesOf('one\n', size)).toEqual(['one']);
  expect(await linesOf('', size)).toEqual([]);
});

test.each([1, 4, 1_000])(
  'a line that is too long is skipped, and those after it are read, in chunks of %i',
  async (size) => {
    expect(await linesOf(`1234\n${'x'.repeat(50)}\n5678\n${'y'.repeat(9)}`, size, 4)).toEqual([
      '1234',
      null,
      '5678',
      null,
    ]);
  },
);
