import type { GenerateInput } from '../../core/generate-input.ts';
import type { Generation } from '../../core/generation.ts';
import type { Principal } from '../../core/principal.ts';
import type { PreparedGeneration } from '../checks/preview.ts';
import { estimateInputTokens } from '../pricing/estimate-input-tokens.ts';
import type { GenerationPermit } from '../principals/limits/generation-permit.ts';
import type { PrincipalLimits } from '../principals/limits/principal-limits.ts';

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Asks the limits of a principal for a generation; null, at once, where nothing limits it. Rejects with `RateLimited`. */
export const askForPermit = (
  limits: PrincipalLimits,
  principal: Principal,
  { request, resolution: { config } }: PreparedGeneration,
  { metadata, store }: GenerateInput,
): Promise<GenerationPermit> | null =>
  limits.admitGeneration(
    principal,
    () => ({ inputTokens: estimateInputTokens(request, config), storedBytes: bytesOf(metadata) }),
    { isStored: store !== false },
  );

/** Counts what a generation has used. Where its provider has reported no usage, what was estimated of its input stays counted. */
export const settlePermit = (permit: GenerationPermit, generation: Generation): void => {
  const { usage } = generation;
  const tokens = usage === null ? null : (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  permit.settle({ tokens, findStoredBytes: () => bytesOf(generation) });
};
