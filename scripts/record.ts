import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readSettings } from '../config/env.ts';
import { MODEL_CONFIGS } from '../config/providers/index.ts';
import { RECORD_CASES } from '../test/support/upstream/record-cases.ts';
import { printFixture } from './record/fixture.ts';
import { RECORDED_PROVIDERS, recordCase } from './record/record-case.ts';

const USAGE = [
  'usage: npm run record -- <provider> <case> [--model <name>]',
  `providers: ${RECORDED_PROVIDERS.join(', ')}`,
  'cases:',
  ...Object.entries(RECORD_CASES).map(([name, { description }]) => `  ${name.padEnd(16)}${description}`),
].join('\n');

/**
 * Records a case with the real vendor into test/providers/text/<provider>/fixtures/recorded-<case>.json.
 * Exit code 0: written; 1: the recording failed; 2: the arguments are invalid.
 */
const record = async (args: readonly string[]): Promise<number> => {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { model: { type: 'string' } },
  });
  const [provider, name] = positionals;
  if (provider === undefined || name === undefined || positionals.length > 2) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const settings = readSettings(Object.keys(MODEL_CONFIGS)).providers[provider];
  try {
    const fixture = await recordCase({
      provider,
      case: name,
      model: values.model ?? null,
      apiKey: settings?.apiKey ?? null,
      baseUrl: settings?.baseUrl ?? null,
      now: new Date(),
    });
    const folder = new URL(`../test/providers/text/${provider}/fixtures/`, import.meta.url);
    await mkdir(folder, { recursive: true });
    const file = new URL(`recorded-${name}.json`, folder);
    await writeFile(file, printFixture(fixture));
    process.stdout.write(`${file.pathname}: review it before you commit it.\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`record: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
};

if (import.meta.main) process.exitCode = await record(process.argv.slice(2));
