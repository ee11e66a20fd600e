import { z } from 'zod';
import type { ConfiguredApiType, ConfiguredProvider } from '../../src/core/configured-provider.ts';
import { findDefinitionProblems } from '../../src/core/definition-problems.ts';
import { defineModels, type ModelDefinition } from '../../src/core/model-config.ts';
import { createReport, parseAt, type Report } from '../parse-at.ts';
import { findNameProblems, type TakenNames } from './name-problems.ts';
import { ENTRY_SCHEMAS, type ModelEntry, type ProviderFields, REASONING_TAGS } from './provider-entry.ts';
import { type ModelOrigin, toModelDefinition, toModelName } from './to-model-definition.ts';
import { type Path, toPlace } from './to-place.ts';

/** Where a list of providers comes from. */
export interface ProvidersOrigin {
  /** The file as the operator names it: what every problem begins with. */
  readonly file: string;
  /** What models name as their source. */
  readonly source: string;
  /** The day the file was last changed, YYYY-MM-DD. */
  readonly day: string;
}

export interface ParsedProviders {
  /** Empty if there are problems. */
  readonly providers: readonly ConfiguredProvider[];
  /** Every problem at once, each with the file and its place there. */
  readonly problems: readonly string[];
}

/** A list of providers as a file holds it, checked but for what models and aliases lead to: the registry does that. */
export const parseProviders = (
  value: unknown,
  origin: ProvidersOrigin,
  taken: TakenNames,
): ParsedProviders => {
  const problems: string[] = [];
  const report = createReport(origin.file, problems);
  if (!Array.isArray(value)) {
    report([], 'must be a list of providers');
    return { providers: [], problems };
  }
  const providers = value.flatMap((entry: unknown, index) => parseProvider(entry, [index], origin, report));
  for (const { path, message } of findNameProblems(value, taken)) report(path, message);
  return { providers: problems.length === 0 ? providers : [], problems };
};

/** The parts of an entry that are parsed by themselves, whatever is wrong with the rest. */
const PARTS = z
  .object({
    apiType: z.literal('responses_api').or(z.literal('chat_completion')).catch('chat_completion'),
    reasoningTags: REASONING_TAGS.catch(false),
    models: z.record(z.string(), z.unknown()).catch({}),
    discover: z.unknown().optional(),
  })
  .catch({ apiType: 'chat_completion', reasoningTags: false, models: {}, discover: undefined });

/** Settings of Chat Completions for a provider that speaks another API, and for which they mean nothing. */
const NO_CHAT = { maxTokensField: 'max_tokens', streamUsage: true } as const;

const parseProvider = (
  entry: unknown,
  path: Path,
  { file, source, day }: ProvidersOrigin,
  report: Report,
): readonly ConfiguredProvider[] => {
  const { apiType, reasoningTags, models, discover } = PARTS.parse(entry);
  const schemas = ENTRY_SCHEMAS[apiType];
  const given = parseAt<ProviderFields>(schemas.provider, entry, path, report);
  const define = (
    schema: z.ZodType<ModelEntry>,
    value: unknown,
    place: Path,
    modelOrigin: Pick<ModelOrigin, 'name' | 'source'>,
  ): ModelDefinition<ConfiguredApiType> => {
    const model = parseAt(schema, value, place, report) ?? {};
    const definition = toModelDefinition(model, { ...modelOrigin, apiType, reasoningTags, verifiedAt: day });
    for (const problem of findDefinitionProblems(definition))
      report([...place, ...problem.path], problem.message);
    return definition;
  };
  const definitions = Object.entries(models).map(([written, model]) => [
    toModelName(written),
    define(schemas.model, model, [...path, 'models', written], { name: written.trim(), source }),
  ]);
  const discovered =
    discover === undefined
      ? null
      : define(schemas.discover, discover === true ? {} : discover, [...path, 'discover'], {
          name: '',
          source: `${source}, listed by the server`,
        });
  if (given === undefined) return [];
  const aliases = Object.entries(given.aliases ?? {});
  const { maxTokensField, streamUsage } = given.apiType === 'responses_api' ? NO_CHAT : given;
  return [
    {
      name: given.name,
      displayName: given.displayName ?? given.name,
      documentationUrl: given.documentationUrl ?? null,
      baseUrl: given.baseUrl.replace(/\/+$/, ''),
      keyVariable: given.keyVariable ?? null,
      apiType,
      maxTokensField,
      streamUsage,
      models: Object.values(defineModels(given.name, Object.fromEntries(definitions), 'overlay')),
      discovered,
      aliases: Object.fromEntries(aliases.map(([from, to]) => [toModelName(from), toModelName(to)])),
      places: new Map([
        ...placesOf(file, [...path, 'models'], Object.keys(models)),
        ...placesOf(file, [...path, 'aliases'], Object.keys(given.aliases ?? {})),
      ]),
    },
  ];
};

const placesOf = (file: string, path: Path, names: readonly string[]) =>
  names.map((written) => [toModelName(written), `${file}: ${toPlace([...path, written])}`] as const);
