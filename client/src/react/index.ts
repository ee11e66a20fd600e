export type {
  ChatFailure,
  ChatMessage,
  ChatMetadata,
  ChatPart,
  CitationPart,
  FilePart,
} from './chat/chat-message.ts';
export type { ChatDraft, ChatOptions, ChatState } from './chat/chat.ts';
export type { ChatPreview } from './chat/chat-preview.ts';
export type { ChatTool, ChatTools } from './chat/chat-tools.ts';
export { ModelgraphProvider, type ModelgraphProviderProps, useModelgraph } from './modelgraph-provider.ts';
export type { JsonSchemaMaker, SchemaSource } from './to-json-schema.ts';
export { type ChatView, useChat, type UseChatOptions } from './use-chat.ts';
export { type ConnectionView, useConnection } from './use-connection.ts';
export { type GenerationView, useGeneration, type UseGenerationOptions } from './use-generation.ts';
export { type ModelsView, useModels, type UseModelsOptions } from './use-models.ts';
export { type ObjectRequest, type ObjectView, useObject, type UseObjectOptions } from './use-object.ts';
