import type { UpstreamRequest } from '../upstream/upstream-server.ts';

/** A batch as a vendor keeps it. */
export interface KeptBatch {
  readonly id: string;
  /** What the server gave to be stored with it; null where the vendor stores nothing of the server's. */
  readonly key: string | null;
  /** Where each request goes, where the vendor is told. */
  readonly endpoint: string | null;
  readonly customIds: readonly string[];
  readonly createdAt: Date;
  /** How often its state was asked for, its end, its results. */
  polls: number;
  cancels: number;
  readings: number;
}

/** What a vendor says of one request. An answer says the request's custom id unless it has a text of its own. */
export type End =
  | { readonly type: 'answered'; readonly text?: string }
  | { readonly type: 'tool-called' | 'refused' | 'errored' | 'expired' | 'cancelled' }
  /** The whole answer, as the vendor would have given it alone. */
  | { readonly type: 'recorded'; readonly answer: unknown };

export type EndedRequest = readonly [customId: string, end: End];

/** A batch that has ended, its requests in the order in which the vendor tells of them. */
export interface EndedBatch {
  readonly how: 'completed' | 'cancelled' | 'expired';
  readonly ends: readonly EndedRequest[];
}

/** How a batch stands. A vendor may refuse it as a whole: for what is in it, or for the sake of the account. */
export type Standing = 'running' | EndedBatch | { readonly refusedFor: 'requests' | 'account' };

/** What a request asks of a batch API. */
export type BatchCall =
  | { readonly type: 'upload'; readonly customIds: readonly string[] }
  | {
      readonly type: 'create';
      readonly key: string | null;
      readonly endpoint?: string;
      /** The requests come with the call, or have come before as a file. */
      readonly requests: { readonly customIds: readonly string[] } | { readonly fileId: string };
    }
  | { readonly type: 'list'; readonly limit: number; readonly after: string | null }
  | { readonly type: 'poll' | 'cancel'; readonly id: string }
  | { readonly type: 'results'; readonly id: string; readonly part: 'all' | 'answers' | 'errors' };

/** What an answer that is JSON as a whole has in it. */
export interface Reply {
  readonly body: unknown;
  readonly status?: number;
}

/** How one vendor's batch API reads requests and words its answers. */
export interface BatchWire {
  /** The registration name of its provider. */
  readonly name: 'openai' | 'groq' | 'anthropic' | 'gemini' | 'xai';
  /** What the address of the API ends with. */
  readonly path: string;
  /** The id of the n-th batch, counted from 1. */
  readonly idOf: (index: number) => string;
  /** undefined: the request is none of a batch API. */
  readonly read: (request: Pick<UpstreamRequest, 'method' | 'path' | 'body'>) => BatchCall | undefined;
  readonly toFile: (id: string) => unknown;
  readonly toBatch: (batch: KeptBatch, standing: Standing) => unknown;
  /** What it answers to a call that creates a batch which it refuses at once; left out: it takes any, and lets it fail. */
  readonly toRefusal?: (why: 'requests' | 'account') => Reply;
  readonly toPage: (batches: readonly unknown[], ids: readonly string[], hasMore: boolean) => unknown;
  readonly toResult: (batch: KeptBatch, request: EndedRequest) => unknown;
  /** Results in one document; left out: a line each. */
  readonly toResults?: (results: readonly unknown[]) => unknown;
  readonly notFound: unknown;
}

const ANSWERS: readonly End['type'][] = ['answered', 'tool-called', 'refused', 'recorded'];

/** Whether the model has answered: a refusal is an answer. */
export const isAnswer = ([, { type }]: EndedRequest): boolean => ANSWERS.includes(type);

export const countEnds = (ends: readonly EndedRequest[], ...types: readonly End['type'][]): number =>
  ends.filter(([, { type }]) => types.includes(type)).length;

export const countAnswers = (ends: readonly EndedRequest[]): number => ends.filter(isAnswer).length;

export const textOf = ([customId, end]: EndedRequest): string =>
  (end.type === 'answered' ? end.text : undefined) ?? customId;

/** The custom ids in the body of a request, in their order. */
export const customIdsIn = (body: string): readonly string[] =>
  [...body.matchAll(/"custom_id":"([^"]*)"/g)].map(([, customId = '']) => customId);

/** The path of a request without its query, in its parts. */
export const partsOf = (path: string): readonly string[] =>
  new URL(path, 'http://vendor').pathname.split('/').slice(1);

export const queryOf = (path: string): URLSearchParams => new URL(path, 'http://vendor').searchParams;
