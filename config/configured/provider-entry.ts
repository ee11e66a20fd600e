import { z } from 'zod';
import { MEDIA_TYPES, REASONING_EFFORTS, VERBOSITIES } from '../../src/core/model-config.ts';
import { count, day, dollars, monthOrDay } from '../fields.ts';

const text = z.string().trim().min(1, 'must not be empty');
const range = z.strictObject({ min: z.number(), max: z.number() });

const typeAmong = (...types: readonly string[]) => ({
  error: ({ code }: { readonly code?: string }) =>
    code === 'invalid_union' ? `must be one of ${types.join(', ')}` : 'must be an object with a type',
});

const reasoning = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('none') }),
    /** Named efforts, sent as they are; `none` among them switches reasoning off. */
    z.strictObject({
      type: z.literal('effort'),
      values: z.array(z.enum(REASONING_EFFORTS)),
      default: z.enum(REASONING_EFFORTS).optional(),
    }),
    /** Reasons on every request, with no setting. */
    z.strictObject({ type: z.literal('always') }),
    /** Cannot reason; a request with reasoning is answered by the model of this name. */
    z.strictObject({ type: z.literal('counterpart'), model: text }),
  ],
  typeAmong('none', 'effort', 'always', 'counterpart'),
);

const temperature = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('range'),
      min: z.number(),
      max: z.number(),
      default: z.number().optional(),
    }),
    z.strictObject({ type: z.literal('onlyWithoutReasoning'), min: z.number(), max: z.number() }),
    z.strictObject({ type: z.literal('unsupported') }),
  ],
  typeAmong('range', 'onlyWithoutReasoning', 'unsupported'),
);

const status = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('active') }),
    z.strictObject({ type: z.literal('preview') }),
    z.strictObject({ type: z.literal('deprecated'), replacement: text, shutdownDate: day.optional() }),
  ],
  typeAmong('active', 'preview', 'deprecated'),
);

/** How media of one kind have to be given; what is left out is as OpenAI's API has it. */
const mediaInput = <const T extends readonly string[]>(mediaTypes: T) => ({
  mediaTypes: z.array(z.enum(mediaTypes)).min(1).optional(),
  /** `false`: this server fetches what is given by its address, and sends the bytes. */
  fetchesUrls: z.boolean().optional(),
  /** Whether it takes ids of files that were uploaded to it. */
  fileIds: z.boolean().optional(),
});

const image = z.strictObject({ ...mediaInput(MEDIA_TYPES.image), detail: z.boolean().optional() }).optional();
const audio = z.strictObject(mediaInput(MEDIA_TYPES.audio)).optional();
const file = z.strictObject({ ...mediaInput(MEDIA_TYPES.file), filename: z.boolean().optional() }).optional();

const rates = {
  inputPerMillion: dollars,
  outputPerMillion: dollars,
  cacheReadPerMillion: dollars.optional(),
  cacheWritePerMillion: dollars.optional(),
  /** Of what the cache keeps for longer than its shortest time. */
  cacheWriteLongPerMillion: dollars.optional(),
};

const capabilities = {
  family: text.optional(),
  status: status.optional(),
  releaseDate: day.optional(),
  knowledgeCutoff: monthOrDay.optional(),
  limits: z
    .strictObject({
      contextWindow: count.optional(),
      maxInputTokens: count.optional(),
      maxOutputTokens: count.optional(),
      /** The output limit where a request names none. */
      defaultMaxOutputTokens: count.optional(),
    })
    .optional(),
  streaming: z.boolean().optional(),
  functionCalling: z.boolean().optional(),
  parallelToolCalls: z.boolean().optional(),
  parallelToolCallsCanBeForbidden: z.boolean().optional(),
  structuredOutput: z.boolean().optional(),
  /** Whose rules hold for schemas; `any`: whatever JSON Schema allows. */
  schemas: z.enum(['any', 'openai', 'anthropic']).optional(),
  /** Which ids of tool calls it takes: Mistral's models take `nine` letters and digits. */
  callIds: z.enum(['any', 'word', 'short', 'nine']).optional(),
  jsonMode: z.boolean().optional(),
  /** `false`: a system message after the first turn is sent as a user's message. */
  laterSystemMessages: z.boolean().optional(),
  citations: z.boolean().optional(),
  reasoning: reasoning.optional(),
  temperature: temperature.optional(),
  verbosity: z.array(z.enum(VERBOSITIES)).min(1).optional(),
  /** US dollars per million tokens. */
  pricing: z
    .strictObject({
      ...rates,
      audioInputPerMillion: dollars.optional(),
      /** Tiers of service besides the usual one, by the server's own word for them: in per cent of the usual prices. */
      serviceTiers: z.array(z.strictObject({ tier: text, percent: z.number().nonnegative() })).optional(),
      tiers: z.array(z.strictObject({ aboveInputTokens: count, ...rates })).optional(),
      effectiveDate: day.optional(),
    })
    .optional(),
};

const chatCapabilities = {
  ...capabilities,
  /** Besides text, which every model takes. */
  inputModalities: z.array(z.enum(['text', 'image', 'audio', 'file'])).optional(),
  media: z.strictObject({ image, audio, file }).optional(),
  /** null: the model does not take that setting. */
  sampling: z
    .strictObject({
      topP: range.nullish(),
      stopSequences: z.strictObject({ max: count }).nullish(),
      seed: z.boolean().optional(),
      presencePenalty: range.nullish(),
      frequencyPenalty: range.nullish(),
    })
    .optional(),
};

/** The Responses API carries no audio, and has none of the other sampling settings. */
const responsesCapabilities = {
  ...capabilities,
  inputModalities: z.array(z.enum(['text', 'image', 'file'])).optional(),
  media: z.strictObject({ image, file }).optional(),
  sampling: z.strictObject({ topP: range.nullish() }).optional(),
};

const labels = {
  displayName: text.optional(),
  description: text.optional(),
  /** The id sent upstream; the model's name as the file has it, where it is left out. */
  apiModel: text.optional(),
};

const findAddressProblem = (address: string): string | undefined => {
  if (!URL.canParse(address)) return 'must be an http or https address';
  const { protocol, username, password, search, hash } = new URL(address);
  if (!/^https?:$/.test(protocol)) return 'must be an http or https address';
  if (username !== '' || password !== '')
    return 'must hold no user and no password: put the key into a variable and name that in keyVariable';
  return search === '' && hash === '' ? undefined : 'must be an address without a query or a fragment';
};

const provider = {
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and hyphens, a letter first'),
  displayName: text.optional(),
  /** Address of the API with its version path, such as http://127.0.0.1:11434/v1. */
  baseUrl: z.string().superRefine((address, context) => {
    const message = findAddressProblem(address);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }),
  /** The environment variable that holds the key; left out where none is needed. */
  keyVariable: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable')
    .optional(),
  documentationUrl: z
    .string()
    .refine((address) => findAddressProblem(address) === undefined, 'must be an http or https address')
    .optional(),
  /** Other names for models, each with the name it leads to. */
  aliases: z.record(z.string(), text).optional(),
};

export const REASONING_TAGS = z.union([z.boolean(), z.literal('opened')], 'must be true, false or "opened"');

const chatProvider = {
  ...provider,
  apiType: z
    .literal('chat_completion', 'must be chat_completion or responses_api')
    .default('chat_completion'),
  /** The field that limits the output. */
  maxTokensField: z.enum(['max_tokens', 'max_completion_tokens']).default('max_tokens'),
  /** Whether a stream is asked for its usage (`stream_options`). */
  streamUsage: z.boolean().default(true),
  /**
   * Whether text up to `</think>` is reasoning: `true` where the model writes `<think>` too, mostly; "opened" where its chat
   * template does, always.
   */
  reasoningTags: REASONING_TAGS.default(false),
};

/** Each is parsed by itself, so that every problem of a file is found at once. */
const unparsed = {
  models: z
    .record(z.string(), z.unknown())
    .refine((models) => Object.keys(models).length > 0, 'names no models')
    .optional(),
  discover: z.unknown().optional(),
};

/** The shapes of one entry of the file and of its parts, by the API it speaks. An unknown field is a problem. */
export const ENTRY_SCHEMAS = {
  chat_completion: {
    provider: z.strictObject({ ...chatProvider, ...unparsed }),
    model: z.strictObject({ ...labels, ...chatCapabilities }),
    discover: z.strictObject(chatCapabilities),
  },
  responses_api: {
    provider: z.strictObject({ ...provider, ...unparsed, apiType: z.literal('responses_api') }),
    model: z.strictObject({ ...labels, ...responsesCapabilities }),
    discover: z.strictObject(responsesCapabilities),
  },
} as const;

type Schemas = typeof ENTRY_SCHEMAS;

/** A provider as the file describes it, parsed but for its models. */
export type ProviderFields = z.output<
  Schemas['chat_completion']['provider'] | Schemas['responses_api']['provider']
>;

/** A model as the file describes it, parsed. */
export type ModelEntry = z.output<Schemas['chat_completion']['model'] | Schemas['responses_api']['model']>;

/** Models by the name clients ask for; or `discover`: those the server lists, with what all of them can do. */
type ModelsOf<A extends keyof Schemas> =
  | { readonly models: Readonly<Record<string, z.input<Schemas[A]['model']>>>; readonly discover?: never }
  | { readonly models?: never; readonly discover: true | z.input<Schemas[A]['discover']> };

type EntryOf<A extends keyof Schemas> = Omit<z.input<Schemas[A]['provider']>, 'models' | 'discover'> &
  ModelsOf<A>;

/** One provider of the file, as it is written. */
export type ProviderEntry = EntryOf<'chat_completion'> | EntryOf<'responses_api'>;
