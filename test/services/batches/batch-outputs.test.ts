import { describe, expect, test } from 'vitest';
import type { BatchResult } from '../../../src/core/vendor-batch.ts';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { endedBatch, requestsOf, submitBatch, submitted } from '../../support/app/batch-requests.ts';
import { submitFile } from '../../support/app/batches.ts';
import { answerOf, createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { toResult } from '../../support/batch-vendors/batch-results.ts';
import { createToyBatchVendor, QUICK_TIMING } from '../../support/batch-vendors/toy-batch-vendor.ts';
import { findBatchEngines } from '../../support/databases/batch-database.ts';
import type { Raw } from '../../support/upstream/replay.ts';

const engines = await findBatchEngines();

const SCHEMA = {
  type: 'object',
  properties: { people: { type: 'integer', minimum: 1 } },
  required: ['people'],
  additionalProperties: false,
};

const TEXTS = {
  good: '{"people":140000}',
  low: '{"people":0}',
  prose: 'About 140000.',
  cut: '{"people":14',
  empty: '',
} as const;
type Name = keyof typeof TEXTS;
const NAMES = Object.keys(TEXTS) as Name[];

const AT: Readonly<Record<Name, readonly string[]>> = {
  good: [],
  low: ['/people'],
  prose: [''],
  cut: [''],
  empty: [''],
};

const outputOf = (onViolation?: string) => ({
  output: { schema: { name: 'city', schema: SCHEMA, ...(onViolation !== undefined && { onViolation }) } },
});

const ITEM = `customId status text output outputViolations { path message } warnings { code path }
  error { code message retryable provider } usage { outputTokens }
  messages { assistant { text reasoning { text signature provider } toolCalls { callId signature } } }`;

const readItems = async (app: TestApp, id: string): Promise<readonly Raw[]> => {
  const query = `query ($id: ID!) { batch(id: $id) { items { nodes { ${ITEM} } } } }`;
  return (await request(app, query, { id })).data.batch.items.nodes;
};

const finishOf = (name: Name): 'length' | 'stop' => (name === 'cut' ? 'length' : 'stop');

const answers = (names: readonly string[]): readonly BatchResult[] =>
  names.map((name) =>
    toResult(name, { text: TEXTS[name as Name], finishReason: finishOf(name as Name), rawFinishReason: 'x' }),
  );

/** A vendor whose batches have these answers. */
const NATIVE = () =>
  createToyBatchVendor({
    onSubmit: (batch) => {
      batch.results = answers(batch.requests.map(({ customId }) => customId));
    },
  }).overrides;

/** A provider without batches, asked once for each request. */
const SEQUENTIAL = () => {
  const toy = createToy((call) => {
    const [message] = call.request.messages;
    const part = message?.role === 'user' ? message.parts[0] : undefined;
    const name = (part?.type === 'text' ? part.text : 'empty') as Name;
    const said = TEXTS[name] === '' ? [] : [textDelta(TEXTS[name])];
    return answerOf(...said, finishEvent({ reason: finishOf(name) }))(call);
  });
  return { ...toyOverrides(toy, { toy: { structuredOutput: true } }), batchTiming: QUICK_TIMING };
};

describe.each(engines)('answers in a batch, kept in $name', ({ problem, open }) => {
  test.skipIf(problem !== null).each([
    ['NATIVE', NATIVE],
    ['SEQUENTIAL', SEQUENTIAL],
  ] as const)('are held against their schemas: %s', async (mode, createOverrides) => {
    for (const onViolation of [undefined, 'REPORT', 'FAIL'] as const) {
      await using database = await open();
      await using app = await startApp(database.settings, createOverrides());
      const id = await submitted(app, requestsOf(NAMES, outputOf(onViolation)));
      const failures = onViolation === 'FAIL' ? NAMES.length - 1 : 0;
      expect(await endedBatch(app, id)).toMatchObject({
        status: 'COMPLETED',
        mode,
        counts: { total: NAMES.length, succeeded: NAMES.length - failures, failed: failures },
      });
      const items = await readItems(app, id);
      for (const [index, name] of NAMES.entries()) {
        const item = items[index];
        const fails = onViolation === 'FAIL' && name !== 'good';
        expect(item).toMatchObject({ customId: name, status: fails ? 'FAILED' : 'SUCCEEDED' });
        expect(item.text ?? '').toBe(TEXTS[name]);
        expect(item.outputViolations.map(({ path }: Raw) => path)).toEqual(AT[name]);
        expect(item.warnings.some(({ code }: Raw) => code === 'OUTPUT_VIOLATES_SCHEMA')).toBe(
          name !== 'good',
        );
        expect(item.error?.code ?? null).toBe(fails ? 'OUTPUT_INVALID' : null);
        if (fails) expect(item.error).toMatchObject({ retryable: true, provider: 'toy' });
        if (!fails)
          expect(item.output).toEqual(name === 'good' || name === 'low' ? JSON.parse(TEXTS[name]) : null);
      }
    }
  });

  test.skipIf(problem !== null)('are held against them after the server was started anew', async () => {
    await using database = await open();
    const vendor = createToyBatchVendor({
      onSubmit: (batch) => {
        batch.state = 'running';
        batch.outcome = null;
      },
    });
    const before = await startApp(database.settings, vendor.overrides);
    const id = await submitted(before, [
      ...requestsOf(['low'], outputOf('FAIL')),
      ...requestsOf(['prose'], outputOf()),
      ...requestsOf(['cut']),
    ]);
    while ((vendor.batches[0]?.polls ?? 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await before.close();
    const [batch] = vendor.batches;
    if (batch === undefined) throw new Error('the vendor has no batch');
    Object.assign(batch, { state: 'ended', outcome: 'completed', results: answers(['low', 'prose', 'cut']) });
    await using app = await startApp(database.settings, vendor.overrides);
    expect(await endedBatch(app, id)).toMatchObject({ counts: { succeeded: 2, failed: 1 } });
    expect(await readItems(app, id)).toMatchObject([
      { customId: 'low', status: 'FAILED', error: { code: 'OUTPUT_INVALID' } },
      { customId: 'prose', status: 'SUCCEEDED', outputViolations: [{ path: '' }] },
      { customId: 'cut', status: 'SUCCEEDED', outputViolations: [], warnings: [] },
    ]);
  });
});

describe('messages of an item', () => {
  const call = {
    callId: 'c',
    name: 'f',
    arguments: { a: 1 },
    builtIn: false,
    result: null,
    opaque: 'signed',
  } as const;

  test('are what a single generation would have added, with the state of the provider', async () => {
    await using app = await startApp(
      {},
      createToyBatchVendor({
        onSubmit: (batch) => {
          batch.results = [
            toResult('plain', { text: 'Hello' }),
            toResult('thought', { text: 'Hi', reasoning: 'Hm.', state: { kept: [1] } }),
            toResult('called', { text: '', toolCalls: [call], finishReason: 'tool-calls' }),
            toResult('nothing', { text: '' }),
          ];
        },
      }).overrides,
    );
    const id = await submitted(app, requestsOf(['plain', 'thought', 'called', 'nothing']));
    await endedBatch(app, id);
    const messages = (await readItems(app, id)).map((item) => item.messages);
    expect(messages).toEqual([
      [{ assistant: { text: 'Hello', reasoning: [], toolCalls: [] } }],
      [
        {
          assistant: {
            text: 'Hi',
            reasoning: [{ text: 'Hm.', signature: '{"kept":[1]}', provider: 'toy' }],
            toolCalls: [],
          },
        },
      ],
      [
        {
          assistant: {
            text: null,
            reasoning: [{ text: null, signature: null, provider: 'toy' }],
            toolCalls: [{ callId: 'c', signature: 'signed' }],
          },
        },
      ],
      [],
    ]);
  });
});

describe('what makes no sense in a batch', () => {
  const requests = [
    ...requestsOf(['a'], outputOf('REPAIR')),
    ...requestsOf(['b'], { ...outputOf(), streamOutput: true }),
    ...requestsOf(['c'], outputOf('FAIL')),
  ];

  test('is refused at its path: REPAIR and streamOutput', async () => {
    const toy = createToy();
    await using app = await startApp({}, toyOverrides(toy, { toy: { structuredOutput: true } }));
    const problemsOf = ({ errors }: Raw): Raw =>
      errors?.[0]?.extensions.problems.map(({ code, path }: Raw) => [code, path.join('.')]);
    const wanted = (root: string) => [
      ['INVALID_REQUEST', `${root}.0.input.output.schema.onViolation`],
      ['INVALID_REQUEST', `${root}.1.input.streamOutput`],
    ];
    expect(problemsOf(await submitBatch(app, requests))).toEqual(wanted('input.requests'));
    const file = await submitFile(app, requests.map((line) => JSON.stringify(line)).join('\n'));
    expect(problemsOf(file.answer)).toEqual(wanted('input.file'));
    expect(toy.calls).toEqual([]);
  });
});
