import {
  type ApiType,
  BUILT_IN_TOOLS,
  type BuiltInTool,
  MEDIA_KINDS,
  type MediaKind,
  REASONING_EFFORTS,
  type ReasoningEffort,
  type ReasoningSupport,
  type SamplingSupport,
} from './model-config.ts';

/** What the requests of one API have a field for at all, whichever vendor speaks it. */
export interface ApiFields {
  readonly media: readonly MediaKind[];
  readonly temperature: boolean;
  readonly sampling: readonly (keyof SamplingSupport)[];
  readonly verbosity: boolean;
  readonly jsonMode: boolean;
  readonly builtInTools: readonly BuiltInTool[];
  /** The kinds of reasoning besides `none` and `counterpart`, which send nothing. */
  readonly reasoning: readonly ReasoningSupport['type'][];
  readonly efforts: readonly ReasoningEffort[];
}

const SENT_AS_IT_IS = REASONING_EFFORTS;

/**
 * A model that is said to take what its API has no field for is a contradiction in the catalogue: its provider would have
 * to leave it out in silence. By the types of the vendors' SDKs.
 */
export const API_FIELDS: Readonly<Record<ApiType, ApiFields>> = {
  chat_completion: {
    media: MEDIA_KINDS,
    temperature: true,
    sampling: ['topP', 'stopSequences', 'seed', 'presencePenalty', 'frequencyPenalty'],
    verbosity: true,
    jsonMode: true,
    builtInTools: ['web_search'],
    reasoning: ['effort', 'toggle', 'always'],
    efforts: SENT_AS_IT_IS,
  },
  responses_api: {
    media: ['image', 'file'],
    temperature: true,
    sampling: ['topP'],
    verbosity: true,
    jsonMode: true,
    builtInTools: ['web_search', 'code_interpreter'],
    reasoning: ['effort', 'always'],
    efforts: SENT_AS_IT_IS,
  },
  messages: {
    media: ['image', 'file'],
    temperature: false,
    sampling: ['stopSequences'],
    verbosity: false,
    jsonMode: false,
    builtInTools: BUILT_IN_TOOLS,
    reasoning: ['adaptive', 'budget', 'effort', 'always'],
    efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'],
  },
  generate_content: {
    media: MEDIA_KINDS,
    temperature: true,
    sampling: ['topP', 'topK', 'stopSequences', 'seed', 'presencePenalty', 'frequencyPenalty'],
    verbosity: false,
    jsonMode: true,
    builtInTools: BUILT_IN_TOOLS,
    reasoning: ['level', 'budget', 'always'],
    efforts: ['minimal', 'low', 'medium', 'high', 'xhigh'],
  },
  local: {
    media: MEDIA_KINDS,
    temperature: true,
    sampling: ['topP', 'topK', 'stopSequences', 'seed', 'presencePenalty', 'frequencyPenalty'],
    verbosity: true,
    jsonMode: true,
    builtInTools: BUILT_IN_TOOLS,
    reasoning: ['effort', 'level', 'adaptive', 'budget', 'toggle', 'always'],
    efforts: REASONING_EFFORTS,
  },
};
