import { expect, test } from 'vitest';
import { connectLine } from '../contract/contract-upstream.ts';
import { hear } from '../contract/laws.ts';
import { VENDOR_PROVIDERS } from '../contract/providers.ts';
import { never } from '../providers/text/openai/openai-harness.ts';
import type { Raw } from '../support/upstream/replay.ts';
import { sendJson, startUpstream } from '../support/upstream/upstream-server.ts';
import { compareBodies, retell, sharedFields, Untold } from './recorded-requests.ts';
import type { RecordedCase } from './recorded-case.ts';

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

/** What is expected of the requests that a recording holds. `compared` is called for each that could be told here. */
export const testRequests = (recorded: RecordedCase, compared: () => void): void => {
  const { file, provider } = recorded.recording;
  if (!/\.ya?ml$/.test(file)) return;

  test('what another client asked for with it, asked for here, says the same', async () => {
    for (const { path, status, body: theirs } of await recorded.recordings.requests(file)) {
      if (status !== 200) continue;
      try {
        const ours = await sentFor(provider, path, theirs);
        expect(compareBodies(ours, theirs).filter((difference) => !isKnown(difference))).toEqual([]);
        expect(sharedFields(ours, theirs).length).toBeGreaterThan(0);
        compared();
      } catch (error) {
        if (!(error instanceof Untold)) throw error;
      }
    }
  });
};
