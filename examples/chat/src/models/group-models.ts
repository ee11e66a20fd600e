import type { Model } from 'modelgraph-client';

export interface ModelGroup {
  readonly title: string;
  readonly models: readonly Model[];
}

export const GROUPINGS = ['price', 'capability', 'provider'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Of the output, in US dollars per million tokens: most of what a conversation costs. */
const toPriceGroup = ({ pricing }: Model): string => {
  if (pricing === null) return '5 Price unknown';
  const { outputPerMillion } = pricing;
  if (outputPerMillion === 0) return '0 Free';
  if (outputPerMillion <= 1) return '1 Up to $1 per million tokens of output';
  if (outputPerMillion <= 5) return '2 Up to $5';
  return outputPerMillion <= 20 ? '3 Up to $20' : '4 Above $20';
};

const toCapabilityGroup = ({ capabilities }: Model): string => {
  if (capabilities.reasoning !== null) return '0 Reason before they answer';
  if (capabilities.inputModalities.includes('IMAGE')) return '1 See images';
  return capabilities.functionCalling ? '2 Call tools' : '3 Text alone';
};

const KEYS: Readonly<Record<Grouping, (model: Model) => string>> = {
  price: toPriceGroup,
  capability: toCapabilityGroup,
  provider: ({ provider }) => `0 ${provider.displayName}`,
};

const outputPrice = ({ pricing }: Model): number => pricing?.outputPerMillion ?? Number.POSITIVE_INFINITY;

/** Groups in their order; within a group the cheapest first. */
export const groupModels = (models: readonly Model[], grouping: Grouping): readonly ModelGroup[] =>
  Object.entries(Object.groupBy(models, KEYS[grouping]))
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([key, members = []]) => ({
      title: key.slice(2),
      models: members.toSorted((one, other) => outputPrice(one) - outputPrice(other)),
    }));

export const FILTERS: Readonly<Record<string, (model: Model) => boolean>> = {
  Reasoning: ({ capabilities }) => capabilities.reasoning !== null,
  Tools: ({ capabilities }) => capabilities.functionCalling,
  Images: ({ capabilities }) => capabilities.inputModalities.includes('IMAGE'),
  Files: ({ capabilities }) => capabilities.inputModalities.includes('FILE'),
  'Structured output': ({ capabilities }) => capabilities.structuredOutput,
  Citations: ({ capabilities }) => capabilities.citations,
};

export const matches = ({ name, displayName, aliases, provider }: Model, search: string): boolean =>
  [name, displayName, provider.displayName, ...aliases].some((text) =>
    text.toLowerCase().includes(search.trim().toLowerCase()),
  );
