import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** A program of its own: what a listener throws is an uncaught exception, which no test can expect. */
const PROGRAM = `
  import { Listeners } from ${JSON.stringify(new URL('../../../src/stores/db/listeners.ts', import.meta.url).href)};
  process.on('uncaughtException', ({ message }) => console.log('uncaught', message));
  const listeners = new Listeners();
  listeners.add(() => { throw new Error('first'); });
  listeners.add((value) => console.log('second', value));
  listeners.add(() => { throw new Error('third'); });
  listeners.add((value) => console.log('fourth', value));
  listeners.tell(1);
  console.log('told');
`;

test('a listener that throws is reported, and neither the others nor the caller notice it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM]);
  expect(stdout.trim().split('\n')).toEqual([
    'second 1',
    'fourth 1',
    'told',
    'uncaught first',
    'uncaught third',
  ]);
});
