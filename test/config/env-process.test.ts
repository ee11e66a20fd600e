import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Runs a program in a directory of its own with nothing in its environment but what is given. */
const runIn = async (
  files: Record<string, string>,
  environment: Record<string, string>,
  ...program: readonly string[]
) => {
  const directory = await mkdtemp(join(tmpdir(), 'settings-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
    const child = spawn(process.execPath, program, { cwd: directory, env: environment });
    const { promise: exit, resolve } = Promise.withResolvers<number | null>();
    child.once('exit', resolve);
    const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
    return { output, errors, code };
  } finally {
    await rm(directory, { recursive: true });
  }
};

describe('a process', () => {
  const env = fileURLToPath(new URL('../../config/env.ts', import.meta.url));
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const script = `
    import { readSettings } from ${JSON.stringify(env)};
    const { port, timeoutMs, logLevel, providers } = readSettings(['openai']);
    process.stdout.write(JSON.stringify({ port, timeoutMs, logLevel, providers }));
  `;

  it('takes its environment first, .env in its working directory then, the defaults last', async () => {
    const dotEnv = 'PORT=5001\nMODELGRAPH_TIMEOUT_MS=5002 # two\nOPENAI_API_KEY="quoted # key"\n';
    const { output } = await runIn({ '.env': dotEnv }, { PORT: '6001' }, '--input-type=module', '-e', script);
    expect(JSON.parse(output)).toEqual({
      port: 6001,
      timeoutMs: 5002,
      logLevel: 'info',
      providers: { openai: { apiKey: 'quoted # key', baseUrl: null } },
    });
  });

  it('does without a .env', async () => {
    const { output } = await runIn({}, {}, '--input-type=module', '-e', script);
    expect(JSON.parse(output)).toMatchObject({ port: 4000, logLevel: 'info' });
  });

  it('does not start with a bad configuration: it says what is wrong, without a stack, and exits with 1', async () => {
    const dotEnv = 'HOST=0.0.0.0\nPORT=many\n';
    const { output, errors, code } = await runIn({ '.env': dotEnv }, {}, main);
    expect({ output, code }).toEqual({ output: '', code: 1 });
    expect(errors).toMatchInlineSnapshot(`
      "The configuration is invalid:
      - PORT: must be a whole number from 0 to 65535, not "many"
      - HOST: 0.0.0.0 can be reached from other machines without a key: set MODELGRAPH_API_KEYS, or listen on 127.0.0.1
      "
    `);
  });
});
