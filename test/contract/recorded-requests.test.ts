import { beforeAll, describe, expect, test } from 'vitest';
import { never } from '../providers/text/openai/openai-harness.ts';
import { ASKED } from '../conformance/recordings.ts';
import { hasRecordings, openRecordings, type Raw, type Recordings } from '../support/upstream/replay.ts';
import { sendJson, startUpstream } from '../support/upstream/upstream-server.ts';
import { connectLine } from './contract-upstream.ts';
import { hear } from './laws.ts';
import { VENDOR_PROVIDERS } from './providers.ts';
import { compareBodies, retell, sharedFields, Untold } from './recorded-requests.ts';

const CASSETTES = ASKED.filter(({ file }) => /\.ya?ml$/.test(file));

/** Where this server says otherwise what another client said, and why. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^body\.reasoning\.summary: "auto"/, 'a summary is always asked for as the vendor sees fit'],
  [/^body\.tools\[0\]\.type: "web_search_20260318"/, 'a newer version of the same tool'],
  [/^body\.include/, 'what built-in tools bring is asked for as well'],
];

const isKnown = (difference: string): boolean => KNOWN.some(([pattern]) => pattern.test(difference));

const sentFor = async (provider: string, path: string, theirs: Raw): Promise<Raw> => {
  const { config, request } = retell(provider, path, theirs);
  const line = VENDOR_PROVIDERS.find(({ descriptor }) => descriptor.name === provider);
  if (line === undefined) throw new Error(`no provider ${provider}`);
  await using upstream = await startUpstream((incoming) => sendJson(incoming, {}, { status: 400 }));
  const bound = await connectLine(line, config, upstream.origin);
  const isStreamed = theirs.stream === true || path.includes(':stream');
  const options = { signal: never() };
  await Promise.allSettled(
    isStreamed ? [hear(bound.stream(request, options))] : [bound.generate(request, options)],
  );
  const [sent] = upstream.requests;
  if (sent === undefined) throw new Error('nothing was sent');
  return JSON.parse(sent.body);
};

describe.skipIf(!hasRecordings)(
  'requests other clients have sent (skipped where there are no recordings)',
  () => {
    let recordings: Recordings;
    let compared = 0;
    beforeAll(async () => {
      recordings = await openRecordings();
    });

    test.each(CASSETTES)('$file: the same, asked for here, says the same', async ({ file, provider }) => {
      for (const { path, status, body: theirs } of await recordings.requests(file)) {
        if (status !== 200) continue;
        try {
          const ours = await sentFor(provider, path, theirs);
          expect(compareBodies(ours, theirs).filter((difference) => !isKnown(difference))).toEqual([]);
          expect(sharedFields(ours, theirs).length).toBeGreaterThan(0);
          compared += 1;
        } catch (error) {
          if (!(error instanceof Untold)) throw error;
        }
      }
    });

    test('most of them could be told in the words of this server', () => {
      expect(compared).toBeGreaterThan(30);
    });
  },
);
