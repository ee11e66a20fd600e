import { describe, expect, test } from 'vitest';
import { readJsonLines, toJsonLine } from '../../../../src/providers/shared/batch/jsonl.ts';
import { MAX_JSON_DEPTH } from '../../../../src/providers/shared/call/answer-limits.ts';
import { toArray } from '../../../support/to-array.ts';

async function* chunksOf(text: string | Buffer, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = (text: string | Buffer, size = 1024, maxLineCharacters?: number): Promise<unknown[]> =>
  toArray(
    readJsonLines(chunksOf(text, size), {
      provider: 'tested',
      ...(maxLineCharacters !== undefined && { maxLineCharacters }),
    }),
  );

describe('writing', () => {
  test('a value is one line, whatever it holds', () => {
    const line = toJsonLine({ text: 'one\ntwo\u2028three' });
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toEqual({ text: 'one\ntwo\u2028three' });
  });
});

describe('reading', () => {
  const VALUES = [{ text: 'Genève 🌧 日本' }, { n: 2 }, [3], 'four', null];

  test.each([1, 2, 3, 7, 4096])('every value arrives in order from chunks of %i bytes', async (size) => {
    expect(await read(VALUES.map(toJsonLine).join(''), size)).toEqual(VALUES);
  });

  test.each([1, 5, 4096])(
    'CRLF, blank lines and a byte order mark say nothing, in chunks of %i',
    async (size) => {
      expect(await read('\ufeff{"n":1}\r\n\r\n  \n{"n":2}\r\n', size)).toEqual([{ n: 1 }, { n: 2 }]);
    },
  );

  test('the last line needs no line end', async () => {
    expect(await read('1\n2')).toEqual([1, 2]);
    expect(await read('')).toEqual([]);
  });

  test('a value comes as soon as its line is complete', async () => {
    const gate = Promise.withResolvers<void>();
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"n":1}\n{"n"');
      await gate.promise;
      yield Buffer.from(':2}\n');
    };
    const values = readJsonLines(body(), { provider: 'tested' });
    expect((await values.next()).value).toEqual({ n: 1 });
    gate.resolve();
    expect((await values.next()).value).toEqual({ n: 2 });
  });

  test('a line of megabytes in small chunks is one value', async () => {
    const text = 'x'.repeat(3_000_000);
    expect(await read(toJsonLine({ text }), 1000)).toEqual([{ text }]);
  });

  test.each([MAX_JSON_DEPTH + 1, 3_000, 20_000])(
    'a line that nests %i levels comes without its lists and objects',
    async (depth) => {
      const deep = `{"id":"a","n":1,"ok":true,"list":${'['.repeat(depth)}${']'.repeat(depth)},"none":null}`;
      const lines = `{"id":"before"}\n${deep}\n{"id":"after"}\n`;
      expect(await read(lines)).toEqual([{ id: 'before' }, { id: 'a', n: 1, ok: true }, { id: 'after' }]);
      expect(await read(deep)).toEqual([{ id: 'a', n: 1, ok: true }]);
    },
  );

  test('a line at the limit is read, one character more is refused before it is held', async () => {
    expect(await read('"1234567"\n', 3, 9)).toEqual(['1234567']);
    await expect(read('"12345678"\n', 3, 9)).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
      provider: 'tested',
      vendorMessage: 'line 1 is longer than 9 characters',
    });
    await expect(read('1\n12345678901234567890', 3, 9)).rejects.toMatchObject({ code: 'PROVIDER_FAILED' });
  });

  test.each(['{"n":3}\n', '{"n":3}'])(
    'a line that is no JSON fails after the others, with its number and without its words (%#)',
    async (last) => {
      const values: unknown[] = [];
      const reading = async (): Promise<void> => {
        const text = `{"n":1}\n<html>secret</html>\n{"n":\n${last}`;
        for await (const value of readJsonLines(chunksOf(text, 5), { provider: 'tested' }))
          values.push(value);
      };
      await expect(reading()).rejects.toMatchObject({
        code: 'PROVIDER_FAILED',
        vendorMessage: 'line 2 is no JSON',
      });
      expect(values).toEqual([{ n: 1 }, { n: 3 }]);
    },
  );

  test('a body cut inside its last line is truncated, after the values before it', async () => {
    const values: unknown[] = [];
    const reading = async (): Promise<void> => {
      for await (const value of readJsonLines(chunksOf('{"n":1}\n{"n":', 4), { provider: 'tested' })) {
        values.push(value);
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'STREAM_TRUNCATED' });
    expect(values).toEqual([{ n: 1 }]);
  });

  test('ended early, it cancels the body', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.from('1\n')),
      cancel: () => void (cancelled = true),
    });
    for await (const value of readJsonLines(body, { provider: 'tested' })) {
      expect(value).toBe(1);
      break;
    }
    expect(cancelled).toBe(true);
  });
});
