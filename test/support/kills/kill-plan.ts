import { MOMENTS, type Moment, VENDORS, type VendorName } from '../batch-vendors/batch-moments.ts';

export interface PlannedKill {
  readonly moment: Moment;
  readonly vendor: VendorName;
  /** How long after the moment has come. */
  readonly waitMs: number;
  /** Whether all nodes die, and not only the one that is at work. */
  readonly isOfAll: boolean;
  /** How long the dead stay dead, so that others may take over. */
  readonly awayMs: number;
}

/**
 * The longest wait after a moment. Where the vendor does not wait until it is over, a shorter one; while results stream
 * in, one in which those that have come can be stored.
 */
const LONGEST_WAIT_MS: Readonly<Record<Moment, number>> = {
  'taking in': 80,
  uploading: 20,
  uploaded: 3,
  creating: 20,
  created: 3,
  searching: 20,
  polling: 20,
  streaming: 200,
  streamed: 8,
};

const SHARE_OF_ALL = 0.25;
const SHARE_AWAY = 0.4;
const LONGEST_AWAY_MS = 1_500;

/** A search comes when a submission has been cut off. */
const STARTS = MOMENTS.filter((moment) => moment !== 'searching');

const shuffle = <T>(values: readonly T[], random: () => number): T[] => {
  const shuffled = [...values];
  for (let index = shuffled.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    const [one, two] = [shuffled[index], shuffled[other]];
    if (one !== undefined && two !== undefined) [shuffled[index], shuffled[other]] = [two, one];
  }
  return shuffled;
};

/** So many kills in which every moment comes as often as every other, at one vendor and then at the other. */
export const planKills = (kills: number, random: () => number): readonly PlannedKill[] => {
  const plan: PlannedKill[] = [];
  const firstTurn = random() < 0.5 ? 0 : 1;
  for (let round = 0; plan.length < kills; round += 1)
    for (const start of shuffle(STARTS, random)) {
      const turn = (firstTurn + round + STARTS.indexOf(start)) % VENDORS.length;
      const vendor: VendorName = start === 'uploaded' ? 'openai' : (VENDORS[turn] ?? 'openai');
      const moments: readonly Moment[] = start === 'creating' ? [start, 'searching'] : [start];
      for (const moment of moments)
        plan.push({
          moment,
          vendor,
          waitMs: random() * LONGEST_WAIT_MS[moment],
          isOfAll: random() < SHARE_OF_ALL,
          // What is to come next begins at once.
          awayMs: moment !== 'creating' && random() < SHARE_AWAY ? random() * LONGEST_AWAY_MS : 0,
        });
    }
  return plan.slice(0, kills);
};
