export type { ModelgraphMetadata } from './message-metadata.ts';
export {
  type ChatRequest,
  type ChatSettings,
  ModelgraphChatTransport,
  type ModelgraphChatTransportOptions,
} from './modelgraph-chat-transport.ts';
export { toMessageInputs } from './to-message-inputs.ts';
