import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { request, startApp } from '../support/app/app.ts';
import { until } from '../support/databases/batch-database.ts';
import { flatPricing } from '../support/app/flat-pricing.ts';
import { createToyProvider, toyModel } from '../support/app/toy-app.ts';
import { finishEvent } from '../support/app/toy-provider.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);
const COMMAND = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const GENERATE = 'mutation ($input: GenerateInput!) { generate(input: $input) { id } }';

const usage = {
  inputTokens: 1_000,
  outputTokens: 2_000,
  totalTokens: 3_000,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: 5,
  audioInputTokens: null,
  source: 'provider' as const,
};

describe('npm run usage', () => {
  it('writes the ledger of a running server as CSV, a line a turn, quoted, without formulas', async () => {
    await using folder = temporaryFolder();
    const toy = createToyProvider(async function* () {
      yield finishEvent({ usage });
    });
    const models = [toyModel({ pricing: flatPricing(1, 2) })];
    await using app = await startApp({ dataDirectory: folder.path }, { ...toy.overrides, models });
    for (const tag of ['plain', 'a "b", c', '=1+1'])
      await request(app, GENERATE, { input: { model: 'toy', prompt: 'Hello', metadata: { tag } } });
    const env = { PATH: process.env['PATH'], MODELGRAPH_DATA: folder.path };
    let lines: string[] = [];
    await until(async () => {
      const { stdout } = await run(process.execPath, [COMMAND, 'usage'], { env });
      lines = stdout.trimEnd().split('\r\n');
      return lines.length === 4;
    });
    expect(lines[0]).toBe(
      'time,principal,key,user,provider,model,status,tag,input_tokens,output_tokens,cache_read_tokens,' +
        'cache_write_tokens,reasoning_tokens,audio_input_tokens,fees_usd,cost_usd,source',
    );
    const rest = (line: string | undefined): string | undefined => line?.replace(/^[^,]+Z,/, '');
    expect(rest(lines[1])).toBe('local,,,toy,toy,completed,plain,1000,2000,,,5,,0,0.005,price-list');
    expect(rest(lines[2])).toContain(',"a ""b"", c",');
    expect(rest(lines[3])).toContain(",'=1+1,");
  });

  it('says how it is used, and that there is no database', async () => {
    await using folder = temporaryFolder();
    const env = { PATH: process.env['PATH'], MODELGRAPH_DATA: folder.path };
    const ended = (...parameters: string[]): Promise<{ readonly code: number; readonly stderr: string }> =>
      run(process.execPath, [COMMAND, 'usage', ...parameters], { env }).then(
        ({ stderr }) => ({ code: 0, stderr }),
        (error: { readonly code: number; readonly stderr: string }) => error,
      );
    expect(await ended('--from=yesterday')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--from/),
    });
    expect(await ended()).toMatchObject({ code: 1, stderr: expect.stringMatching(/MODELGRAPH_DATA/) });
  });
});
