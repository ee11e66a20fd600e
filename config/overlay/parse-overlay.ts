import { z } from 'zod';
import type { Pricing } from '../../src/core/model-config.ts';
import { toPlace } from '../configured/to-place.ts';
import { createReport, parseAt, type Report } from '../parse-at.ts';
import { ALIASES, type Entry, ENTRY, FILE, modelName, MODELS } from './overlay-schema.ts';

/** A value of an entry that is left out is not there at all, so that it stands over nothing. */
type Given<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

const given = <T extends object>(value: T): Given<T> =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Given<T>;

type Rates = Omit<
  NonNullable<Entry['pricing']>,
  'audioInputPerMillion' | 'tiers' | 'effectiveDate' | 'schedule'
>;

/** Facts as the catalogue has them: null where an entry may leave a value out. */
const toPricing = (entry: NonNullable<Entry['pricing']>): Pricing => {
  const toRates = (rates: Rates) => ({
    inputPerMillion: rates.inputPerMillion,
    outputPerMillion: rates.outputPerMillion,
    cacheReadPerMillion: rates.cacheReadPerMillion ?? null,
    cacheWritePerMillion: rates.cacheWritePerMillion ?? null,
    cacheWriteLongPerMillion: rates.cacheWriteLongPerMillion ?? null,
  });
  const toTiers = (tiers: typeof entry.tiers) =>
    (tiers ?? []).map((tier) => ({ aboveInputTokens: tier.aboveInputTokens, ...toRates(tier) }));
  return {
    ...toRates(entry),
    audioInputPerMillion: entry.audioInputPerMillion ?? null,
    tiers: toTiers(entry.tiers),
    effectiveDate: entry.effectiveDate ?? null,
    schedule: (entry.schedule ?? [])
      .toSorted((a, b) => (a.from < b.from ? -1 : 1))
      .map((row) => ({
        from: row.from,
        ...toRates(row),
        audioInputPerMillion: row.audioInputPerMillion ?? null,
        tiers: toTiers(row.tiers),
      })),
  };
};

const toStatus = (status: NonNullable<Entry['status']>) =>
  'replacement' in status || status.type === 'deprecated' || status.type === 'retired'
    ? {
        type: status.type,
        replacement: status.replacement ?? null,
        shutdownDate: status.shutdownDate ?? null,
      }
    : { type: status.type };

const toReasoning = (reasoning: NonNullable<Entry['reasoning']>) =>
  'values' in reasoning ? { ...reasoning, default: reasoning.default ?? null } : reasoning;

const toTemperature = (rule: NonNullable<Entry['temperature']>) =>
  rule.type === 'range' ? { ...rule, default: rule.default ?? null } : rule;

/** What an entry says of its model. */
const toPatch = (entry: Entry) => {
  const {
    like: _like,
    hidden: _hidden,
    status,
    reasoning,
    temperature,
    pricing,
    limits,
    sampling,
    ...plain
  } = entry;
  return {
    ...given(plain),
    ...(status !== undefined && { status: toStatus(status) }),
    ...(reasoning !== undefined && { reasoning: toReasoning(reasoning) }),
    ...(temperature !== undefined && { temperature: toTemperature(temperature) }),
    ...(pricing !== undefined && { pricing: pricing === null ? null : toPricing(pricing) }),
    ...(limits !== undefined && { limits: given(limits) }),
    ...(sampling !== undefined && { sampling: given(sampling) }),
  };
};

const toEntry = (name: string, entry: Entry) => ({
  name,
  like: entry.like ?? null,
  hidden: entry.hidden ?? false,
  patch: toPatch(entry),
});

/** Where an overlay comes from. */
export interface OverlayFile {
  /** As the operator names it: what every problem begins with. */
  readonly file: string;
  /** What models name as their source. */
  readonly source: string;
  /** The day it was last changed, YYYY-MM-DD. */
  readonly day: string;
}

const normalise = (name: string): string => name.trim().toLowerCase();

/** Names of a record, each only once however it is written. */
const checkNames = (part: string, written: readonly string[], report: Report): void => {
  const seen = new Set<string>();
  for (const name of written) {
    parseAt(modelName, name, [part, name], report);
    if (seen.has(normalise(name)))
      report([part, name], 'is there twice: case and outer spaces make no difference');
    seen.add(normalise(name));
  }
};

const PARTS = z
  .object({
    models: MODELS.catch({}),
    aliases: ALIASES.catch({}),
  })
  .catch({ models: {}, aliases: {} });

const isName = (written: string): boolean => modelName.safeParse(written).success;

const TARGET = modelName.nullable();

/** As much of an entry as others may refer to, whatever else is wrong with it. */
const BASICS = z
  .object({ like: modelName.optional().catch(undefined), hidden: z.boolean().optional().catch(undefined) })
  .catch({});

/**
 * An overlay as its file has it, and every problem at once, with file and place, but for what its names lead to. Where there
 * are problems it serves to find those of its names as well.
 */
export const parseOverlay = (value: unknown, { file, source, day }: OverlayFile) => {
  const problems: string[] = [];
  const report = createReport(file, problems);
  const whole = parseAt(FILE, value, [], report);
  const { models, aliases } = PARTS.parse(value);
  checkNames('models', Object.keys(models), report);
  checkNames('aliases', Object.keys(aliases), report);
  const entries = Object.entries(models)
    .filter(([written]) => isName(written))
    .map(([written, entry]) => {
      const parsed = parseAt(ENTRY, entry, ['models', written], report);
      return toEntry(normalise(written), parsed ?? BASICS.parse(entry));
    });
  const placesOf = (part: string, names: readonly string[]) =>
    names.map((name) => [normalise(name), `${file}: ${toPlace([part, name])}`] as const);
  const overlay = {
    source,
    day,
    entries,
    aliases: Object.fromEntries(
      Object.entries(aliases).flatMap(([from, target]) => {
        const { data: to } = TARGET.safeParse(target);
        return to === undefined ? [] : [[normalise(from), to]];
      }),
    ),
    confirmedPrices: whole?.confirmedPrices ?? [],
    places: new Map([
      ...placesOf('models', Object.keys(models)),
      ...placesOf('aliases', Object.keys(aliases)),
    ]),
  };
  return { overlay, problems };
};

export type ParsedOverlay = ReturnType<typeof parseOverlay>['overlay'];
