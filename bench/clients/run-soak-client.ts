import { setTimeout } from 'node:timers/promises';
import { createRandom } from '../../test/support/create-random.ts';
import { FAULTS, type Plan } from '../programs/plan.ts';
import { type Followed, followWithDrops } from './follow-with-drops.ts';
import { requestData } from './request-data.ts';

const FAULT_CHANCE = 0.2;
const CANCEL_CHANCE = 0.15;
const DROP_CHANCE = 0.6;
const SLOW_CHANCE = 0.2;

const CANCEL = 'mutation ($id: ID!) { cancelGeneration(id: $id) { status } }';

/** One generation of the soak: what was done to it, and what its client saw. */
export interface SoakedGeneration {
  readonly plan: Plan;
  readonly cancelled: boolean;
  readonly followed: Followed;
  /** Errors that servers answered `cancelGeneration` with. */
  readonly refusals: readonly string[];
}

const createPlan = (key: string, random: () => number): Plan => {
  const fault = random() < FAULT_CHANCE ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined;
  return {
    key,
    deltas: 20 + Math.floor(random() * 300),
    intervalMs: 5 + Math.floor(random() * 15),
    ...(fault !== undefined && { fault }),
  };
};

/** Starts one generation and reads it to its end. */
const runGeneration = async (
  key: string,
  urls: readonly string[],
  random: () => number,
): Promise<SoakedGeneration> => {
  const plan = createPlan(key, random);
  const cancelled = random() < CANCEL_CHANCE;
  const cancelAfterMs = random() * 1_000;
  const refusals: string[] = [];
  let cancelling: Promise<void> | undefined;
  const cancel = async (id: string): Promise<void> => {
    const url = urls[Math.floor(random() * urls.length)] ?? '';
    await setTimeout(cancelAfterMs);
    try {
      await requestData(url, CANCEL, { id });
    } catch (error) {
      refusals.push(`cancelGeneration: ${String(error)}`);
    }
  };
  const followed = await followWithDrops({
    urls,
    plan,
    random,
    dropWithin: random() < DROP_CHANCE ? 60 : null,
    pauseChance: random() < SLOW_CHANCE ? 0.02 : 0,
    onStarted: (id) => {
      if (cancelled) cancelling = cancel(id);
    },
  });
  await cancelling;
  return { plan, cancelled, followed, refusals };
};

/** One client of the soak, which runs generation after generation until a time of `performance.now()`. */
export const runSoakClient = async (
  client: number,
  urls: readonly string[],
  untilMs: number,
  onEnded: (generation: SoakedGeneration) => void,
): Promise<void> => {
  const random = createRandom(client + 1);
  for (let round = 0; performance.now() < untilMs; round += 1)
    onEnded(await runGeneration(`soak-${client}-${round}`, urls, random));
};
