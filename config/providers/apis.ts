import { MEDIA_TYPES, type MediaSupport, type ModelDefinition } from '../../src/core/model-config.ts';
import { ANY_SCHEMAS, GEMINI_SCHEMAS, MESSAGES_SCHEMAS } from './schemas.ts';

/** What is known of an API rather than of one model behind it: a vendor or a model that differs says so itself. */
type ApiFacts = Pick<
  ModelDefinition,
  | 'apiType'
  | 'media'
  | 'laterSystemMessages'
  | 'parallelToolCallsCanBeForbidden'
  | 'toolCallSignatures'
  | 'callIds'
  | 'schemas'
  | 'jsonMode'
  | 'toolChoiceCoversBuiltInTools'
  | 'reasoningTags'
  | 'promptCaches'
  | 'providerOptions'
>;

/** Documents that are read as the text they are. */
const TEXT_DOCUMENTS = ['text/plain', 'text/markdown', 'text/csv', 'text/html', 'text/xml'] as const;

/** Images are fetched from their addresses; sounds and documents come as bytes, and a sound's format is one of two words. */
const CHAT_MEDIA = {
  image: { mediaTypes: MEDIA_TYPES.image, fetchesUrls: true, fileIds: false, detail: true },
  audio: { mediaTypes: ['audio/wav', 'audio/mpeg'], fetchesUrls: false, fileIds: false },
  file: { mediaTypes: MEDIA_TYPES.file, fetchesUrls: false, fileIds: true, filename: true },
} as const satisfies MediaSupport;

/** Chat Completions as OpenAI defines it. A search, its only built-in tool, is no tool among the others there. */
export const CHAT_COMPLETIONS = {
  apiType: 'chat_completion',
  media: CHAT_MEDIA,
  laterSystemMessages: true,
  parallelToolCallsCanBeForbidden: true,
  toolCallSignatures: false,
  callIds: 'any',
  schemas: ANY_SCHEMAS,
  jsonMode: true,
  toolChoiceCoversBuiltInTools: false,
  reasoningTags: false,
  promptCaches: [],
  providerOptions: true,
} as const satisfies ApiFacts;

const RESPONSES_MEDIA = {
  image: { mediaTypes: MEDIA_TYPES.image, fetchesUrls: true, fileIds: true, detail: true },
  audio: null,
  file: { mediaTypes: MEDIA_TYPES.file, fetchesUrls: true, fileIds: true, filename: true },
} as const satisfies MediaSupport;

/** The Responses API as OpenAI defines it. */
export const RESPONSES = {
  apiType: 'responses_api',
  media: RESPONSES_MEDIA,
  laterSystemMessages: true,
  parallelToolCallsCanBeForbidden: true,
  toolCallSignatures: false,
  callIds: 'word',
  schemas: ANY_SCHEMAS,
  jsonMode: true,
  toolChoiceCoversBuiltInTools: true,
  reasoningTags: false,
  promptCaches: [],
  providerOptions: true,
} as const satisfies ApiFacts;

/**
 * Anthropic's Messages API, by the types of its SDK. It takes any text as a document, but fetches PDF alone. It has no level of detail for images, and JSON output with a schema
 * only. It caches nothing that was not asked for: `off` is what it does by itself.
 */
export const MESSAGES = {
  apiType: 'messages',
  media: {
    image: { mediaTypes: MEDIA_TYPES.image, fetchesUrls: true, fileIds: true, detail: false },
    audio: null,
    file: {
      mediaTypes: [...MEDIA_TYPES.file, ...TEXT_DOCUMENTS, 'text/tab-separated-values'],
      fetchesUrls: true,
      fetchedMediaTypes: MEDIA_TYPES.file,
      fileIds: true,
      filename: true,
    },
  },
  laterSystemMessages: true,
  parallelToolCallsCanBeForbidden: true,
  toolCallSignatures: false,
  callIds: 'word',
  schemas: MESSAGES_SCHEMAS,
  jsonMode: false,
  toolChoiceCoversBuiltInTools: true,
  reasoningTags: false,
  promptCaches: ['short', 'long', 'off'],
  providerOptions: true,
} as const satisfies ApiFacts;

/**
 * Google's generateContent, by the types of its SDK: one system instruction for the whole conversation, nothing that
 * forbids parallel calls, `functionCallingConfig` for functions alone, no place for a file's name. Documents besides PDF are
 * read as text (https://ai.google.dev/gemini-api/docs/document-processing).
 */
export const GENERATE_CONTENT = {
  apiType: 'generate_content',
  media: {
    image: { mediaTypes: MEDIA_TYPES.image, fetchesUrls: true, fileIds: true, detail: false },
    audio: { mediaTypes: MEDIA_TYPES.audio, fetchesUrls: true, fileIds: true },
    file: {
      mediaTypes: [...MEDIA_TYPES.file, ...TEXT_DOCUMENTS],
      fetchesUrls: true,
      fileIds: true,
      filename: false,
    },
  },
  laterSystemMessages: false,
  parallelToolCallsCanBeForbidden: false,
  toolCallSignatures: false,
  callIds: 'any',
  schemas: GEMINI_SCHEMAS,
  jsonMode: true,
  toolChoiceCoversBuiltInTools: false,
  reasoningTags: false,
  promptCaches: [],
  providerOptions: true,
} as const satisfies ApiFacts;
