import { readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { providerVariables } from '../../config/provider-settings.ts';
import { VARIABLES } from '../../config/variables.ts';
import { DEMO_MODELS } from '../../config/providers/demo/models.ts';
import { UNREFRESHED } from '../../src/core/catalogue.ts';
import { ERROR_CODES } from '../../src/core/errors.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';
import { createSchema } from '../../src/schema/index.ts';
import { DEFAULT_LIMITS } from '../../src/server/limits.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const README = read('README.md');

/** The cells of a document's table, row by row, without its head. */
const tableOf = (path: string): string[][] =>
  read(path)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

describe('the tables of the documents', () => {
  it('lists every variable with its default, unit and meaning, and no other', () => {
    const rows = tableOf('docs/configuration.md');
    const ours = VARIABLES.map(({ name, default: usual, unit, description }) => [
      code(name),
      code(usual),
      unit ?? '',
      description,
    ]);
    expect(rows.slice(0, ours.length)).toEqual(ours);
    const keyed = Object.values(TEXT_PROVIDERS).filter(
      ({ credentialVariable }) => credentialVariable !== null,
    );
    const names = rows.slice(ours.length).map(([name]) => name ?? '');
    expect(names.toSorted()).toEqual(
      [
        ...keyed.map(({ credentialVariable }) => `\`${String(credentialVariable)}\``),
        '`<PROVIDER>_BASE_URL`',
      ].toSorted(),
    );
    const addresses = rows.find(([name]) => name === '`<PROVIDER>_BASE_URL`')?.join(' ') ?? '';
    for (const { name } of keyed) expect(addresses).toContain(code(providerVariables(name).baseUrl));
    expect(rows.find(([name]) => name === '`GEMINI_API_KEY`')?.join(' ')).toContain('`GOOGLE_API_KEY`');
  });

  it('lists every error code with whether it is worth retrying', () => {
    expect(tableOf('docs/errors.md').map(([name, retryable]) => [name, retryable])).toEqual(
      Object.entries(ERROR_CODES).map(([name, { retryable }]) => [code(name), retryable ? 'yes' : 'no']),
    );
    for (const [name, , meaning] of tableOf('docs/errors.md'))
      expect([name, (meaning ?? '').endsWith('.')]).toEqual([name, true]);
  });

  it('lists every demo model', () => {
    const listed = tableOf('docs/demo-models.md').map(([name]) => name ?? '');
    expect(listed.toSorted()).toEqual(Object.keys(DEMO_MODELS).map(code).toSorted());
  });

  it('states the limits that hold', () => {
    const text = read('docs/limits.md').replaceAll(/[\s]+/g, ' ');
    const {
      maxDepth,
      maxRootFields,
      maxCostlyRootFields,
      maxAliases,
      maxDirectives,
      maxTokens,
      maxComplexity,
    } = DEFAULT_LIMITS;
    const written = (value: number): string => value.toLocaleString('en-US');
    expect(text).toContain(
      `Depth ${written(maxDepth)}, ${written(maxRootFields)} root fields, ${written(maxCostlyRootFields)} generations, ${written(maxAliases)} aliases, ${written(maxDirectives)} directives, ${written(maxTokens)} tokens, complexity ${written(maxComplexity)}`,
    );
  });

  it('lists every metric, and no other', async () => {
    const { body } = await createMetrics({
      version: '1.2.3',
      maxPrincipals: 1,
      isStoreUp: () => true,
      queuedWrites: () => 0,
      isQueueFull: () => false,
      isLimitingAlone: () => false,
      catalogue: () => ({ ...UNREFRESHED, modelCount: 0 }),
      catalogueRefreshes: () => [],
      circuitStates: () => [],
      heldJobs: () => 0,
      workers: () => ({ ready: 2, replacements: 0 }),
      sharedCounts: () => Promise.resolve({ nodes: 1, batches: [] }),
    }).scrape();
    const served = [...body.matchAll(/^# TYPE (modelgraph_\S+)/gm)].map(([, name]) => code(name ?? ''));
    const names = tableOf('docs/metrics.md').map(([name = '']) => name);
    // The document has tables of spans and of OpenTelemetry's metrics as well.
    const listed = names.filter((name) => name.startsWith('`modelgraph_'));
    expect(listed.toSorted()).toEqual(served.toSorted());
  });
});

describe('the README', () => {
  it('is short', () => {
    expect(README.split('\n').length).toBeLessThanOrEqual(151);
  });

  it('has only operations that the schema takes', () => {
    const blocks = [...README.matchAll(/^```graphql\n(.*?)^```/gms)].map(([, block]) => block ?? '');
    const inCommands = [...README.matchAll(/"query": "((?:[^"\\]|\\.)*)"/g)].map(
      ([, text]) => JSON.parse(`"${text ?? ''}"`) as string,
    );
    const schema = createSchema();
    expect([...blocks, ...inCommands].length).toBeGreaterThan(1);
    for (const operation of [...blocks, ...inCommands])
      expect([operation, validate(schema, parse(operation)).map(({ message }) => message)]).toEqual([
        operation,
        [],
      ]);
  });
});
