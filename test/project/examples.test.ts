import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startApp } from '../support/app/app.ts';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('../../examples/', import.meta.url));
const PROMPT = 'Is 1009 a prime number?';

/** What each program prints at the least, by its name. */
const PRINTED: Readonly<Record<string, RegExp>> = {
  'batch.ts': /1009 is a prime number[^]*no language model was asked/,
  'capabilities.ts': /demo-reasoning[^]*Set OPENAI_API_KEY/,
  'resume.ts': /\n\d+ connections, [1-9]\d* characters, nothing lost or doubled\n$/,
  'stream-json.ts': /\{[^]*\}\s*$/,
  'stream-over-sse.ts': /1009 is a prime number[^]*no language model was asked/,
  'stream-over-websocket.ts': /1009 is a prime number[^]*\[STOP, \d+ tokens\]/,
};

describe('each program of the examples runs as its first lines say', () => {
  const programs = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));

  it('and all of them are tried', () => {
    expect(programs.toSorted()).toEqual(Object.keys(PRINTED));
  });

  // The answer is still being written while they read it.
  it.each(programs)('%s', async (name) => {
    await using app = await startApp({ demoDelayMs: 5, disconnectGraceMs: 60_000 });
    const { stdout } = await run(process.execPath, [`${FOLDER}${name}`, PROMPT], {
      env: { PATH: process.env['PATH'], MODELGRAPH_URL: app.url },
    });
    expect(stdout).toMatch(PRINTED[name] ?? /^$/);
  });
});
