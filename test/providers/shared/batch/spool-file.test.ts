import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withSpooledFile } from '../../../../src/providers/shared/batch/spool-file.ts';
import { never } from '../../text/openai/openai-harness.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelgraph-spool-test-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const spooled = (): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();

async function* linesOf(...lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

test('the file holds every line in order, is for nobody else, and is gone afterwards', async () => {
  const long = `${'é'.repeat(200_000)}\n`;
  const given = await withSpooledFile(linesOf('one\n', long, 'three\n'), never(), async (file) => {
    const modes = spooled().map((path) => statSync(join(folder, path)).mode & 0o777);
    return { text: await file.text(), size: file.size, modes };
  });
  expect(given.text).toBe(`one\n${long}three\n`);
  expect(given.size).toBe(Buffer.byteLength(given.text));
  expect(given.modes).toEqual([0o700, 0o600, 0o600]);
  expect(spooled()).toEqual([]);
});

test('what the lines throw is thrown on, and nothing is handed over', async () => {
  const lines = async function* (): AsyncGenerator<string> {
    yield 'one\n';
    throw new RangeError('no more');
  };
  let used = false;
  const spooling = withSpooledFile(lines(), never(), async () => void (used = true));
  await expect(spooling).rejects.toThrow(new RangeError('no more'));
  expect(used).toBe(false);
  expect(spooled()).toEqual([]);
});

test('the file is gone when its use fails', async () => {
  const spooling = withSpooledFile(linesOf('one\n'), never(), async () => {
    expect(spooled()).toHaveLength(3);
    throw new Error('failed');
  });
  await expect(spooling).rejects.toThrow('failed');
  expect(spooled()).toEqual([]);
});

test('aborting ends the writing while it waits for a line', async () => {
  const controller = new AbortController();
  const waiting = Promise.withResolvers<void>();
  const lines = async function* (): AsyncGenerator<string> {
    yield 'one\n';
    waiting.resolve();
    await new Promise(() => undefined);
  };
  const spooling = withSpooledFile(lines(), controller.signal, async () => undefined);
  await waiting.promise;
  controller.abort();
  await expect(spooling).rejects.toMatchObject({ name: 'AbortError' });
  expect(spooled()).toEqual([]);
});

test('lines that were written are held no longer', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const heapBytes = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  let grownBytes = Number.POSITIVE_INFINITY;
  const lines = async function* (): AsyncGenerator<string> {
    const before = heapBytes();
    for (let count = 0; count < 8000; count += 1) yield `${JSON.stringify([count, 'x'.repeat(4000)])}\n`;
    grownBytes = heapBytes() - before;
  };
  const size = await withSpooledFile(lines(), never(), async (file) => file.size);
  expect(size).toBeGreaterThan(32_000_000);
  expect(grownBytes).toBeLessThan(8_000_000);
});
