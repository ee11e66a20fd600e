import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GenerationResult } from '../../../../src/core/generation.ts';
import { collect } from '../../../../src/core/stream-event.ts';
import { providerErrorOf } from '../../../support/upstream/provider-error.ts';
import {
  type Exchange,
  hasRecordings,
  openRecordings,
  type Recordings,
  type Replay,
  type ReplayOptions,
} from '../../../support/upstream/replay.ts';
import { createRequest, never } from '../openai/openai-harness.ts';
import type { Expected } from './recording-oracles.ts';
import { connectTo, type TestedVendor } from './vendor-suite.ts';

export interface RecordedErrors {
  readonly file: string;
  readonly code: string;
  readonly providerStatus: number | null;
}

export interface RecordingsSuite {
  readonly vendor: TestedVendor;
  /** Recordings of whole turns; one that holds failures too is told what they are in `failures`. */
  readonly files: readonly string[];
  readonly oracle: (exchange: Exchange) => Expected;
  readonly errors: readonly RecordedErrors[];
  /** The codes of the exchanges of a file that fail, in the order of the file; the others succeed. */
  readonly failures?: Readonly<Record<string, readonly string[]>>;
  /** A stream of more than 20 events, which the faults are put into. */
  readonly faulty: string;
}

const FAULTS: readonly (readonly [string, ReplayOptions, string])[] = [
  ['a socket lost before the first event', { truncate: 0 }, 'STREAM_TRUNCATED'],
  ['a socket lost in the middle', { truncate: 20 }, 'STREAM_TRUNCATED'],
  ['a clean end before the first event', { end: 0 }, 'STREAM_TRUNCATED'],
  ['a clean end in the middle', { end: 20 }, 'STREAM_TRUNCATED'],
  ['a garbled frame', { garble: 20 }, 'PROVIDER_FAILED'],
  ['an error in the middle', { error: 20 }, 'PROVIDER_FAILED'],
  ['silence before the first event', { stall: 0 }, 'STREAM_STALLED'],
  ['silence in the middle', { stall: 20 }, 'STREAM_STALLED'],
  ['HTTP 401', { status: 401 }, 'PROVIDER_AUTHENTICATION'],
  ['HTTP 429', { status: 429, retryafter: 7 }, 'PROVIDER_RATE_LIMITED'],
  ['HTTP 500', { status: 500 }, 'PROVIDER_FAILED'],
  ['HTTP 503', { status: 503 }, 'PROVIDER_OVERLOADED'],
];

const failsIn = ({ status, payloads }: Exchange): boolean =>
  status !== 200 || payloads.some((payload) => payload.error);

const toComparable = (result: GenerationResult): Expected => ({
  text: result.text,
  reasoning: result.reasoning,
  finishReason: result.finishReason,
  calls: result.toolCalls
    .filter((call) => !call.builtIn)
    .map((call) => [call.callId, call.name, call.arguments] as const),
  builtInCalls: result.toolCalls.filter((call) => call.builtIn).map((call) => call.arguments),
  citations: result.citations.map(({ url }) => url),
  usage: [
    result.usage?.inputTokens,
    result.usage?.outputTokens,
    result.usage?.totalTokens,
    result.usage?.cacheReadTokens,
    result.usage?.reasoningTokens,
  ].map((count) => count ?? undefined),
});

/** Every recording of a vendor through its provider, and faults put into one of them. Skipped where they are absent. */
export const describeRecordings = (folder: string, suite: RecordingsSuite): void => {
  const { vendor, files, oracle, errors, failures = {}, faulty } = suite;
  describe.skipIf(!hasRecordings)('recordings (skipped where they are absent)', () => {
    let recordings: Recordings;
    let replay: Replay;
    beforeAll(async () => {
      recordings = await openRecordings();
      replay = await recordings.start();
    });
    afterAll(() => replay?.close());

    const play = (file: string, options?: ReplayOptions) =>
      connectTo(vendor, replay.url(`${folder}/${file}`, options));
    const run = (provider: ReturnType<typeof play>, { streamed }: Exchange): Promise<GenerationResult> =>
      streamed
        ? collect(provider.stream(createRequest(), { signal: never() }))
        : provider.generate(createRequest(), { signal: never() });

    describe.each([
      ['whole', {}],
      ['byte by byte', { split: 1 }],
    ] as const)('%s', (_, options) => {
      test.each(files)('%s gives what it holds', async (file) => {
        const provider = play(file, options);
        const exchanges = await recordings.exchanges(`${folder}/${file}`);
        const failed: string[] = [];
        expect(exchanges.length).toBeGreaterThan(0);
        for (const exchange of exchanges)
          if (failsIn(exchange)) failed.push((await providerErrorOf(run(provider, exchange))).code);
          else expect(toComparable(await run(provider, exchange))).toEqual(oracle(exchange));
        expect(failed).toEqual(failures[file] ?? []);
      });
    });

    if (errors.length > 0)
      test.each(errors)('$file is $code, waited for and streamed', async ({ file, code, providerStatus }) => {
        const provider = play(file);
        for (const call of [
          provider.generate(createRequest(), { signal: never() }),
          collect(provider.stream(createRequest(), { signal: never() })),
        ])
          expect(await providerErrorOf(call)).toMatchObject({ code, providerStatus });
      });

    test.each(FAULTS)(`${faulty} with %s (%j) is %s`, async (_, options, code) => {
      const provider = connectTo(vendor, replay.url(`${folder}/${faulty}`, options), {
        idleTimeoutMs: 'stall' in options ? 1000 : 60_000,
      });
      const error = await providerErrorOf(collect(provider.stream(createRequest(), { signal: never() })));
      expect([error.code, error.retryAfterMs]).toEqual([code, 'retryafter' in options ? 7000 : null]);
    });

    test.each<ReplayOptions>([{ crlf: 1 }, { done: 0 }, { done: 1 }])(
      `${faulty} with %j gives the same`,
      async (options) => {
        const results = await Promise.all(
          [{}, options].map((wire) =>
            collect(play(faulty, wire).stream(createRequest(), { signal: never() })),
          ),
        );
        expect(results[1]).toEqual(results[0]);
      },
    );
  });
};
