import { describe, expect, test } from 'vitest';
import { canReason, type ModelConfig } from '../../src/core/model-config.ts';
import { collect } from '../../src/core/stream-event.ts';
import { hasBatchOperations, hasNativeBatch } from '../../src/core/vendor-batch.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';
import { createConnection, never } from '../providers/text/openai/openai-harness.ts';
import { providerErrorOf } from '../support/upstream/provider-error.ts';
import { sendEventStream, startUpstream } from '../support/upstream/upstream-server.ts';
import { toFrames } from '../support/upstream/vendor-wire.ts';
import { PNG, requestFor } from './contract-request.ts';
import { type Answering, connectLine, sendTurn, startStrictVendor } from './contract-upstream.ts';
import { expectLawful, expectLawfulUsage, hear, saidBy } from './laws.ts';
import {
  CONTRACT_PROVIDERS,
  type CoveredCell,
  coveredCells,
  getCell,
  modelsOf,
  VENDOR_PROVIDERS,
  type VendorProvider,
} from './providers.ts';
import { CAPABILITIES, type Capability, type Turn } from './turn.ts';
import { overstating, withoutDetails, withoutUsage } from './usage-changes.ts';

/** Whether the catalogue says that a model has it; undefined where the catalogue has no word on it. */
const isOffered = (capability: Capability, config: ModelConfig): boolean | undefined => {
  switch (capability) {
    case 'reasoning':
      return canReason(config);
    case 'tools':
      return config.functionCalling;
    case 'parallel tools':
      return config.functionCalling && config.parallelToolCalls;
    case 'JSON':
      return config.structuredOutput || config.jsonMode;
    case 'image':
      return config.inputModalities.includes('image');
    case 'text':
    case 'refusal or block':
    case 'length cut':
    case 'bad arguments':
      return undefined;
  }
};

describe('the table of providers', () => {
  test('has a line for every registered provider and each API it speaks', () => {
    const lines = CONTRACT_PROVIDERS.map(({ descriptor, model }) => `${descriptor.name} ${model.apiType}`);
    const registered = Object.values(TEXT_PROVIDERS).flatMap(({ name, apiTypes }) =>
      apiTypes.map((apiType) => `${name} ${apiType}`),
    );
    expect(lines.toSorted()).toEqual(registered.toSorted());
  });

  test.each(CONTRACT_PROVIDERS)('$name covers every capability or says why it cannot', (line) => {
    expect(CAPABILITIES.filter((capability) => line.cells[capability] === undefined)).toEqual([]);
  });

  test.each(CONTRACT_PROVIDERS)('what $name cannot do, no model of the catalogue is said to do', (line) => {
    const models = modelsOf(line);
    const contradicted = CAPABILITIES.filter((capability) => {
      const cell = line.cells[capability];
      return cell !== undefined && 'cannot' in cell && models.some((config) => isOffered(capability, config));
    });
    expect(contradicted).toEqual([]);
  });

  test.each(CONTRACT_PROVIDERS)('what $name covers, the model it names is said to do', (line) => {
    const contradicted = coveredCells(line).filter(
      ({ capability, config }) =>
        isOffered(capability, config) === false || config.apiType !== line.model.apiType,
    );
    expect(contradicted.map(({ capability, config }) => `${config.name}: ${capability}`)).toEqual([]);
  });
});

describe.each(CONTRACT_PROVIDERS)('batches of $name', (line) => {
  test('are there for exactly the models whose config says so', async () => {
    const bind = (await line.descriptor.load())(createConnection('http://127.0.0.1:9'));
    const models = modelsOf(line);
    expect(models.filter((config) => hasBatchOperations(bind(config)))).toEqual(
      models.filter(hasNativeBatch),
    );
  });
});

/** What a turn has to end with, waited for. */
const expectEnd = async (waiting: Promise<unknown>, { ends }: Turn): Promise<void> => {
  if ('code' in ends) expect(await providerErrorOf(waiting)).toMatchObject({ code: ends.code });
  else expect(await waiting).toMatchObject(ends.result);
};

const cellsOf = (line: (typeof CONTRACT_PROVIDERS)[number]) =>
  coveredCells(line).flatMap(({ capability, config, turns }) =>
    turns.map((turn) => ({ capability, config, turn, named: `${capability}: ${turn.name}` })),
  );

/** What a proxy or a change of mind at the vendor may do to a stream. */
const WIRES: readonly (readonly [string, (line: VendorProvider) => Answering, boolean])[] = [
  ['split into single bytes', () => ({ split: 1 }), false],
  [
    'with CRLF or LF, the other way round',
    ({ wire }) => ({ lineEnd: wire.framing.lineEnd === '\n' ? '\r\n' : '\n' }),
    false,
  ],
  [
    'with [DONE] and event names, the other way round',
    ({ wire }) => ({ done: !wire.framing.done, named: wire.namesMatter || !wire.framing.named }),
    false,
  ],
  ['with unknown events and comments in between', () => ({}), true],
];

const sprinkled = ({ wire }: VendorProvider, { payloads }: Turn): string =>
  payloads
    .map(
      (payload, index) =>
        `: keep-alive\n\n${toFrames([wire.unknown[index % wire.unknown.length] ?? {}, payload], wire, { done: false })}`,
    )
    .join('') + toFrames([], wire);

describe.each(VENDOR_PROVIDERS)('$name', (line) => {
  describe.each(cellsOf(line))('$named', ({ capability, config, turn }) => {
    const request = requestFor(capability, config);
    const listen = async (baseUrl: string) =>
      hear((await connectLine(line, config, baseUrl)).stream(request, { signal: never() }));

    test('gives one lawful stream, and the same waited for', async () => {
      await using upstream = await startStrictVendor(line, (incoming) => sendTurn(line, incoming, turn));
      const heard = await listen(upstream.origin);
      expectLawful(heard);
      const provider = await connectLine(line, config, upstream.origin);
      await expectEnd(collect(provider.stream(request, { signal: never() })), turn);
      if (turn.whole !== null) {
        const waiting = provider.generate(request, { signal: never() });
        await expectEnd(waiting, turn);
        if (!('code' in turn.ends)) {
          const result = await waiting;
          expect(saidBy(heard)).toEqual({
            text: result.text,
            reasoning: result.reasoning,
            toolCalls: result.toolCalls,
          });
          expect(result).toEqual(await collect(provider.stream(request, { signal: never() })));
        }
      }
      if (capability === 'image')
        for (const { body } of upstream.requests) expect(body).toContain(PNG.slice(0, 60));
    });

    test.each(WIRES)('is no different %s', async (_, answering, isSprinkled) => {
      await using upstream = await startUpstream(async (incoming) => {
        if (!isSprinkled) return sendTurn(line, incoming, turn, answering(line));
        await sendEventStream(incoming, sprinkled(line, turn));
      });
      expectLawful(await listen(upstream.origin));
      const provider = await connectLine(line, config, upstream.origin);
      await expectEnd(collect(provider.stream(request, { signal: never() })), turn);
    });

    test('cut short after any event, never ends as less than it was', async () => {
      let sent: readonly object[] = [];
      await using upstream = await startUpstream((incoming) =>
        sendTurn(line, incoming, { payloads: sent, whole: null }, { done: false }),
      );
      for (let length = 0; length < turn.payloads.length; length += 1) {
        sent = turn.payloads.slice(0, length);
        const heard = await listen(upstream.origin);
        expectLawful(heard);
        if (heard.error === undefined && 'result' in turn.ends) {
          const { text, reasoning, toolCalls } = saidBy(heard);
          expect({ text, reasoning, toolCalls }).toMatchObject(
            Object.fromEntries(
              Object.entries(turn.ends.result).filter(([field]) =>
                ['text', 'reasoning', 'toolCalls'].includes(field),
              ),
            ),
          );
        } else if (heard.error !== undefined) {
          const code = 'code' in turn.ends ? turn.ends.code : 'STREAM_TRUNCATED';
          expect(['STREAM_TRUNCATED', code]).toContain((heard.error as { code?: unknown }).code);
        }
      }
    });

    test('ends once, whatever the vendor goes on to say', async () => {
      const more = toFrames(getCell(line, 'text').turns[0].payloads, line.wire);
      await using upstream = await startUpstream((incoming) =>
        sendEventStream(incoming, `${toFrames(turn.payloads, line.wire)}${more}`),
      );
      expectLawful(await listen(upstream.origin));
    });
  });

  describe('usage', () => {
    const { config, turns } = getCell(line, 'turns' in line.cells.reasoning ? 'reasoning' : 'text');
    const [turn] = turns;
    const usageOf = async (change: (payload: object) => object) => {
      const payloads = turn.payloads.map(change);
      const whole = change(turn.whole ?? {});
      await using upstream = await startUpstream((incoming) => sendTurn(line, incoming, { payloads, whole }));
      const provider = await connectLine(line, config, upstream.origin);
      const request = requestFor('text', config);
      const heard = await hear(provider.stream(request, { signal: never() }));
      expectLawful(heard);
      const streamed = await collect(provider.stream(request, { signal: never() }));
      const waited = await provider.generate(request, { signal: never() });
      expect(streamed.usage).toEqual(waited.usage);
      if (waited.usage !== null) expectLawfulUsage(waited.usage);
      return waited.usage;
    };

    test('that is not reported at all is null', async () => {
      const usage = await usageOf(withoutUsage(line.wire.usage));
      const counts = Object.entries(usage ?? {}).filter(([name]) => name !== 'source');
      expect(counts.filter(([, count]) => count !== null)).toEqual([]);
    });

    test('reported without its parts has null for them, not 0', async () => {
      const usage = await usageOf(withoutDetails(line.wire.usage));
      expect(usage).toMatchObject({
        inputTokens: expect.any(Number),
        outputTokens: expect.any(Number),
        cacheReadTokens: null,
        cacheWriteTokens: null,
        reasoningTokens: null,
        audioInputTokens: null,
      });
    });

    test.each(['reasoning', 'cache reads', 'audio'] as const)(
      'that is miscounted in %s has no part above its whole',
      async (part) => {
        await usageOf(overstating(line.wire.usage, part));
      },
    );
  });

  test('calls at the same time do not mix', async () => {
    const cells = coveredCells(line).filter(({ turns }) => 'result' in turns[0].ends);
    const marked = ({ capability }: CoveredCell): string => `this is about ${capability}.`;
    await using upstream = await startStrictVendor(line, async (incoming) => {
      const cell = cells.find((candidate) => incoming.body.includes(marked(candidate)));
      if (cell === undefined) throw new Error('a request about nothing');
      await sendTurn(line, incoming, cell.turns[0], { split: 7 });
    });
    const { descriptor } = line;
    const connect = await descriptor.load();
    const bind = connect(createConnection(upstream.origin));
    const calls = [...cells, ...cells].map(async (cell, index) => {
      const request = requestFor(cell.capability, cell.config, { system: marked(cell) });
      const provider = bind(cell.config);
      const result =
        index % 3 === 0
          ? provider.generate(request, { signal: never() })
          : collect(provider.stream(request, { signal: never() }));
      await expectEnd(result, cell.turns[0]);
    });
    await Promise.all(calls);
    expect(upstream.requests).toHaveLength(calls.length);
  });

  const { together } = line.wire;
  test.skipIf(together === null)(
    'reasoning and text in one event become two, the reasoning first',
    async () => {
      const payloads = together?.('Hm.', 'Yes.') ?? [];
      await using upstream = await startUpstream((incoming) =>
        sendTurn(line, incoming, { payloads, whole: null }),
      );
      const provider = await connectLine(line, line.model, upstream.origin);
      const { events } = await hear(provider.stream(requestFor('text', line.model), { signal: never() }));
      expect(events.filter(({ type }) => type.endsWith('-delta'))).toEqual([
        { type: 'reasoning-delta', text: 'Hm.' },
        { type: 'text-delta', text: 'Yes.' },
      ]);
    },
  );
});

describe.each(CONTRACT_PROVIDERS.filter(({ wire }) => wire === null))('$name, without a vendor', (line) => {
  test.each(cellsOf(line))('$named gives one lawful stream, and the same waited for', async (cell) => {
    const { capability, config, turn } = cell;
    const provider = await connectLine(line, config, null);
    const request = requestFor(capability, config);
    const heard = await hear(provider.stream(request, { signal: never() }));
    expectLawful(heard);
    await expectEnd(provider.generate(request, { signal: never() }), turn);
    await expectEnd(collect(provider.stream(request, { signal: never() })), turn);
  });
});
