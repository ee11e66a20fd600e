export { controls, type Control, type ControlSettings } from './controls.ts';
export type { Connection, ConnectionState } from './connection.ts';
export { createModelgraph } from './create-modelgraph.ts';
export { fold } from './fold.ts';
export { isTerminalStatus } from './fold-generation.ts';
export { type GenerationEvent, isTerminalEvent, type TerminalEvent } from './generation-event.ts';
export type {
  FollowOptions,
  GenerateOptions,
  GenerationHandle,
  HandleStatus,
  ToolCallRequest,
  ToolHandler,
} from './generation-handle.ts';
export {
  EMPTY_SNAPSHOT,
  type GenerationSnapshot,
  type SnapshotPart,
  type TextPart,
  type ToolPart,
} from './generation-snapshot.ts';
export type { Modelgraph, ModelgraphOptions, Page, TypedDocument } from './modelgraph.ts';
export { ModelgraphError, type ModelgraphErrorDetails, type Problem } from './modelgraph-error.ts';
export type * from './schema-types.ts';
export type { StorageAdapter } from './storage.ts';
export { toMessages } from './to-messages.ts';
export {
  ConnectionLost,
  type GraphqlRequest,
  type GraphqlResult,
  type SubscribeOptions,
  type Transport,
  type TransportName,
} from './transport.ts';
