import { ASKED } from '../conformance/recordings.ts';
import { VENDOR_PROVIDERS } from '../contract/providers.ts';
import { hasRecordings, openRecordings } from '../support/upstream/replay.ts';
import { PLAIN_STYLE } from './vendor-draft.ts';
import { FUZZED_LINES, type VendorInput } from './vendor-inputs.ts';

/** Longer recordings take the time of many inputs. */
const MOST_FRAMES = 400;

/** Answers that vendors gave; empty where there are no recordings beside the checkout. */
export const recordedInputs = async (): Promise<readonly VendorInput[]> => {
  if (!hasRecordings) return [];
  const recordings = await openRecordings();
  const inputs: VendorInput[] = [];
  for (const { file, provider, apiType } of ASKED) {
    const speaker = VENDOR_PROVIDERS.find(
      ({ descriptor, model }) => descriptor.name === provider && model.apiType === apiType,
    );
    const to = FUZZED_LINES.find(({ line }) => line === speaker?.name);
    if (speaker === undefined || to === undefined) continue;
    const { framing } = speaker.wire;
    for (const { streamed, status, payloads, method } of await recordings.exchanges(file)) {
      if (method !== 'POST') continue;
      const frames = payloads.slice(0, MOST_FRAMES).map((payload: object) => ({
        name: streamed && framing.named && 'type' in payload ? String(payload.type) : null,
        data: JSON.stringify(payload),
      }));
      inputs.push({
        ...to,
        name: file,
        isStream: streamed,
        status,
        frames: streamed && framing.done ? [...frames, { name: null, data: '[DONE]' }] : frames,
        style: { ...PLAIN_STYLE, lineEnd: streamed ? (framing.lineEnd ?? '\n') : '\n' },
      });
    }
  }
  return inputs;
};
