// The programs of docs/clients.md, as the pages use them. The bundler of the tests takes them from the document.
declare module 'recipe:graphql-ws' {
  export const listModels: () => Promise<string[]>;
  export const generate: (input: object, key?: string) => AsyncIterable<unknown>;
  export const cancel: (id: string) => Promise<unknown>;
  export const submitToolResults: (id: string, results: readonly object[]) => Promise<unknown>;
}
declare module 'recipe:graphql-sse' {
  export * from 'recipe:graphql-ws';
}
declare module 'recipe:apollo-client' {
  import type { ApolloClient } from '@apollo/client';

  type Subscription = ReturnType<typeof ApolloClient.prototype.subscribe<{ event: unknown }>>;
  export const listModels: () => Promise<string[]>;
  export const generate: (input: object) => Subscription;
  export const resume: (id: string, after: string | null) => Subscription;
  export const cancel: (id: string) => Promise<unknown>;
  export const submitToolResults: (id: string, results: readonly object[]) => Promise<unknown>;
}
declare module 'recipe:urql' {
  import type { OperationResult, OperationResultSource } from '@urql/core';

  type Subscription = OperationResultSource<OperationResult<{ event: unknown }>>;
  export const listModels: () => Promise<string[]>;
  export const generate: (input: object) => Subscription;
  export const resume: (id: string, after: string | null) => Subscription;
  export const cancel: (id: string) => Promise<unknown>;
  export const submitToolResults: (id: string, results: readonly object[]) => Promise<unknown>;
}
declare module 'recipe:relay' {
  interface Reader {
    next(event: unknown): void;
    error(error: Error): void;
    complete(): void;
  }
  export const listModels: () => Promise<string[]>;
  export const generate: (input: object, reader: Reader) => unknown;
  export const resume: (id: string, after: string | null, reader: Reader) => unknown;
  export const cancel: (id: string) => Promise<unknown>;
  export const submitToolResults: (id: string, results: readonly object[]) => Promise<unknown>;
}
declare module 'recipe:modelgraph-client' {
  import type { GenerateInput, GenerationHandle } from 'modelgraph-client';

  export const tools: Record<string, (args: unknown) => { degrees: number; asked: unknown }>;
  export const listModels: () => Promise<string[]>;
  export const generate: (input: GenerateInput) => GenerationHandle;
  export const read: (handle: GenerationHandle, show: (text: string) => void) => Promise<void>;
  export const resume: () => GenerationHandle;
  export const stop: (handle: GenerationHandle) => Promise<void>;
}
declare module 'recipe:ai-sdk' {
  import type { UseChatHelpers } from '@ai-sdk/react';
  import type { UIMessage } from 'ai';
  import type { ModelgraphMetadata } from 'modelgraph-client/ai-sdk';

  export type ChatMessage = UIMessage<ModelgraphMetadata>;
  export const useModelgraphChat: (id: string, initial: ChatMessage[]) => UseChatHelpers<ChatMessage>;
}
declare module 'recipe:eventsource' {
  interface Reader {
    next(event: unknown): void;
    error(error: unknown): void;
    complete(): void;
  }
  export const generate: (input: object, key: string, reader: Reader) => () => void;
}
declare module 'recipe:react' {
  import type { ReactNode } from 'react';
  import type { ChatView } from 'modelgraph-client/react';

  export const App: (props: { readonly children?: ReactNode }) => ReactNode;
  export const useMyChat: (model?: string) => ChatView;
  export const useModelNames: () => readonly string[] | undefined;
}
