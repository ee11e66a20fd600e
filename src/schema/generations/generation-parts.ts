import type { Citation, GenerationError, ToolCall, Warning } from '../../core/generation.ts';
import type { OutputViolation } from '../../core/output.ts';
import type { Cost, ToolFee, Usage } from '../../core/usage.ts';
import { MAX_INT } from '../../lib/max-int.ts';
import { builder } from '../builder.ts';
import {
  BuiltInToolEnum,
  CostSourceEnum,
  ErrorCodeEnum,
  UsageSourceEnum,
  WarningCodeEnum,
} from '../enums.ts';

/** What clients are promised as an Int: a sum over turns or items may be more than one can hold. */
const toInt = (count: number | null): number | null => (count !== null && count > MAX_INT ? null : count);

const USAGE_COUNTS = {
  inputTokens: 'All input tokens, including cached and audio tokens.',
  outputTokens: 'All output tokens, including reasoning.',
  totalTokens: 'Input and output together.',
  cacheReadTokens: "Part of the input that came from the provider's cache.",
  cacheWriteTokens: "Part of the input that was written to the provider's cache.",
  reasoningTokens: 'Part of the output that was reasoning.',
  audioInputTokens: 'Part of the input that was audio.',
} as const satisfies Partial<Record<keyof Usage, string>>;

type UsageCount = keyof typeof USAGE_COUNTS;

export const UsageType = builder.objectRef<Usage>('Usage').implement({
  description:
    'Tokens used. A number that the provider did not report is null, never 0. A sum beyond 2,147,483,647 is null as an Int; the field of the same name with Float has it.',
  fields: (t) => {
    const int = (name: UsageCount) =>
      t.int({ nullable: true, description: USAGE_COUNTS[name], resolve: (usage) => toInt(usage[name]) });
    const float = (name: UsageCount) =>
      t.exposeFloat(name, {
        nullable: true,
        description: `\`${name}\`, also where the sum is beyond 2,147,483,647.`,
      });
    return {
      inputTokens: int('inputTokens'),
      outputTokens: int('outputTokens'),
      totalTokens: int('totalTokens'),
      cacheReadTokens: int('cacheReadTokens'),
      cacheWriteTokens: int('cacheWriteTokens'),
      reasoningTokens: int('reasoningTokens'),
      audioInputTokens: int('audioInputTokens'),
      inputTokensFloat: float('inputTokens'),
      outputTokensFloat: float('outputTokens'),
      totalTokensFloat: float('totalTokens'),
      cacheReadTokensFloat: float('cacheReadTokens'),
      cacheWriteTokensFloat: float('cacheWriteTokens'),
      reasoningTokensFloat: float('reasoningTokens'),
      audioInputTokensFloat: float('audioInputTokens'),
      source: t.expose('source', { type: UsageSourceEnum, description: 'Where the numbers come from.' }),
    };
  },
});

const ToolFeeType = builder.objectRef<ToolFee>('ToolFee').implement({
  description:
    "What a provider takes for running one of its own tools, beside the tokens of the tool's results.",
  fields: (t) => ({
    tool: t.expose('tool', { type: BuiltInToolEnum, description: 'The tool.' }),
    count: t.exposeInt('count', {
      description:
        'How many times it was billed: calls, or requests where the provider bills by the request.',
    }),
    amount: t.exposeFloat('amount', { description: 'For all of them, in units of the currency.' }),
  }),
});

export const CostType = builder.objectRef<Cost>('Cost').implement({
  description:
    'The cost of a generation: what its provider reports that it bills, else what the price in force makes of its usage.',
  fields: (t) => ({
    currency: t.exposeString('currency', { description: 'ISO 4217 code.' }),
    total: t.exposeFloat('total', {
      description:
        'The sum of the parts, in units of the currency. With the source PROVIDER it is the amount that the provider reports, while the parts are by the price list, and 0 where no price is known.',
    }),
    input: t.exposeFloat('input', { description: 'For input that was not cached.' }),
    output: t.exposeFloat('output', { description: 'For output, including reasoning.' }),
    cacheRead: t.exposeFloat('cacheRead', { description: 'For input read from the cache.' }),
    cacheWrite: t.exposeFloat('cacheWrite', { description: 'For input written to the cache.' }),
    toolFees: t.expose('toolFees', {
      type: [ToolFeeType],
      description: "For the provider's own tools, as far as their prices are known.",
    }),
    source: t.expose('source', {
      type: CostSourceEnum,
      description:
        'Where the total comes from. PROVIDER only where every call of the generation was reported with its amount.',
    }),
    listTotal: t.exposeFloat('listTotal', {
      nullable: true,
      description:
        'The sum of the parts where the total is not that sum, because a provider reported an amount; otherwise null, as without a price.',
    }),
    serviceTier: t.exposeString('serviceTier', {
      nullable: true,
      description:
        "The provider's own word for how it processed the latest call, such as default, flex or priority; null if it reports none. A tier whose price is not known is counted at the usual price.",
    }),
    effectiveDate: t.expose('effectiveDate', {
      type: 'Date',
      nullable: true,
      description: 'Day on which the price was last verified.',
    }),
  }),
});

export const WarningType = builder.objectRef<Warning>('Warning').implement({
  description: 'A notice that did not stop the generation.',
  fields: (t) => ({
    code: t.expose('code', { type: WarningCodeEnum, description: 'The kind of warning.' }),
    message: t.exposeString('message', { description: 'An explanation for people.' }),
    path: t.exposeStringList('path', {
      nullable: true,
      description: 'The part of the input that the warning refers to, from the root of the arguments.',
    }),
    from: t.expose('from', { type: 'JSON', nullable: true, description: 'The requested value.' }),
    to: t.expose('to', {
      type: 'JSON',
      nullable: true,
      description: 'The value that was used instead; null if it was left out.',
    }),
  }),
});

export const GenerationErrorType = builder.objectRef<GenerationError>('GenerationError').implement({
  description: 'Why a generation failed.',
  fields: (t) => ({
    code: t.expose('code', {
      type: ErrorCodeEnum,
      description: 'The kind of error, for programs to decide by.',
    }),
    message: t.exposeString('message', { description: 'An explanation for people.' }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether the same request may succeed later.' }),
    retryAfterMs: t.exposeInt('retryAfterMs', {
      nullable: true,
      description: 'How long the provider asks to wait before the next request, in milliseconds.',
    }),
    provider: t.exposeString('provider', { nullable: true, description: 'The provider that failed.' }),
    providerStatus: t.exposeInt('providerStatus', {
      nullable: true,
      description: "HTTP status of the provider's response.",
    }),
  }),
});

export const ToolCallType = builder.objectRef<ToolCall>('ToolCall').implement({
  description: 'A call of a tool by the model.',
  fields: (t) => ({
    callId: t.exposeID('callId', { description: 'Identifies the call within its generation.' }),
    name: t.exposeString('name', { description: 'The name of the tool.' }),
    arguments: t.expose('arguments', { type: 'JSON', description: 'The arguments of the call.' }),
    builtIn: t.exposeBoolean('builtIn', {
      description: 'Whether the provider ran the tool itself, so that the client has nothing to do.',
    }),
    result: t.expose('result', {
      type: 'JSON',
      nullable: true,
      description: 'The result of a tool that the provider ran, if it reports it.',
    }),
    signature: t.string({
      nullable: true,
      description: 'Opaque state of the provider. Send it back with the call in the next turn.',
      resolve: ({ opaque }) => opaque,
    }),
  }),
});

export const OutputViolationType = builder.objectRef<OutputViolation>('OutputViolation').implement({
  description: 'A place where an answer breaks its schema.',
  fields: (t) => ({
    path: t.exposeString('path', {
      description: 'JSON Pointer (RFC 6901) to the place: `/items/0/name`; empty for the answer as a whole.',
    }),
    message: t.exposeString('message', { description: 'What is wrong there.' }),
  }),
});

export const CitationType = builder.objectRef<Citation>('Citation').implement({
  description: 'A source that the text cites.',
  fields: (t) => ({
    url: t.exposeString('url', { nullable: true, description: 'The address of the source.' }),
    title: t.exposeString('title', { nullable: true, description: 'The title of the source.' }),
    snippet: t.exposeString('snippet', { nullable: true, description: 'A passage of the source.' }),
    startIndex: t.exposeInt('startIndex', {
      nullable: true,
      description: 'Start of the supported passage in the text, in UTF-16 code units.',
    }),
    endIndex: t.exposeInt('endIndex', {
      nullable: true,
      description: 'End of that passage, exclusive.',
    }),
  }),
});
