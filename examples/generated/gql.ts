/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Capabilities {\n    models(where: { available: true }, orderBy: { field: NAME }) {\n      nodes {\n        name\n        apiType\n        contextWindow\n        capabilities {\n          inputModalities\n          reasoning {\n            efforts\n          }\n          reasoningCounterpart {\n            name\n          }\n        }\n        pricing {\n          inputPerMillion\n          outputPerMillion\n        }\n      }\n    }\n    providers {\n      displayName\n      configured\n      credentialVariable\n      models {\n        totalCount\n      }\n    }\n  }\n": typeof types.CapabilitiesDocument,
    "\n  subscription Stream($input: GenerateInput!) {\n    generate(input: $input) {\n      __typename\n      ... on ReasoningDelta {\n        text\n      }\n      ... on TextDelta {\n        text\n      }\n      ... on GenerationCompleted {\n        finishReason\n        generation {\n          usage {\n            inputTokens\n            outputTokens\n          }\n        }\n      }\n      ... on GenerationFailed {\n        error {\n          code\n          message\n          retryable\n        }\n      }\n    }\n  }\n": typeof types.StreamDocument,
};
const documents: Documents = {
    "\n  query Capabilities {\n    models(where: { available: true }, orderBy: { field: NAME }) {\n      nodes {\n        name\n        apiType\n        contextWindow\n        capabilities {\n          inputModalities\n          reasoning {\n            efforts\n          }\n          reasoningCounterpart {\n            name\n          }\n        }\n        pricing {\n          inputPerMillion\n          outputPerMillion\n        }\n      }\n    }\n    providers {\n      displayName\n      configured\n      credentialVariable\n      models {\n        totalCount\n      }\n    }\n  }\n": types.CapabilitiesDocument,
    "\n  subscription Stream($input: GenerateInput!) {\n    generate(input: $input) {\n      __typename\n      ... on ReasoningDelta {\n        text\n      }\n      ... on TextDelta {\n        text\n      }\n      ... on GenerationCompleted {\n        finishReason\n        generation {\n          usage {\n            inputTokens\n            outputTokens\n          }\n        }\n      }\n      ... on GenerationFailed {\n        error {\n          code\n          message\n          retryable\n        }\n      }\n    }\n  }\n": types.StreamDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Capabilities {\n    models(where: { available: true }, orderBy: { field: NAME }) {\n      nodes {\n        name\n        apiType\n        contextWindow\n        capabilities {\n          inputModalities\n          reasoning {\n            efforts\n          }\n          reasoningCounterpart {\n            name\n          }\n        }\n        pricing {\n          inputPerMillion\n          outputPerMillion\n        }\n      }\n    }\n    providers {\n      displayName\n      configured\n      credentialVariable\n      models {\n        totalCount\n      }\n    }\n  }\n"): (typeof documents)["\n  query Capabilities {\n    models(where: { available: true }, orderBy: { field: NAME }) {\n      nodes {\n        name\n        apiType\n        contextWindow\n        capabilities {\n          inputModalities\n          reasoning {\n            efforts\n          }\n          reasoningCounterpart {\n            name\n          }\n        }\n        pricing {\n          inputPerMillion\n          outputPerMillion\n        }\n      }\n    }\n    providers {\n      displayName\n      configured\n      credentialVariable\n      models {\n        totalCount\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Stream($input: GenerateInput!) {\n    generate(input: $input) {\n      __typename\n      ... on ReasoningDelta {\n        text\n      }\n      ... on TextDelta {\n        text\n      }\n      ... on GenerationCompleted {\n        finishReason\n        generation {\n          usage {\n            inputTokens\n            outputTokens\n          }\n        }\n      }\n      ... on GenerationFailed {\n        error {\n          code\n          message\n          retryable\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription Stream($input: GenerateInput!) {\n    generate(input: $input) {\n      __typename\n      ... on ReasoningDelta {\n        text\n      }\n      ... on TextDelta {\n        text\n      }\n      ... on GenerationCompleted {\n        finishReason\n        generation {\n          usage {\n            inputTokens\n            outputTokens\n          }\n        }\n      }\n      ... on GenerationFailed {\n        error {\n          code\n          message\n          retryable\n        }\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;