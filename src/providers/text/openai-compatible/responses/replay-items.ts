import type { ResponseInputItem } from 'openai/resources/responses/responses';
import type { JsonValue } from '../../../../core/json.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import { parseJson } from '../../../../lib/parse-json.ts';
import type { ResponsesItem } from './responses-event.ts';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isList: Check = (value) => Array.isArray(value);

/**
 * What is kept of an output item that has to be sent back before the item it led to. Ids come along: the vendor pairs
 * items by them. Only these types and fields are taken, from a vendor's answer and from a client's echo of it alike.
 */
const REPLAYED_FIELDS = new Map<unknown, Readonly<Record<string, Check>>>([
  ['reasoning', { type: isText, id: isText, summary: isList, encrypted_content: isText }],
  ['web_search_call', { type: isText, id: isText, status: isText, action: isRecord }],
  [
    'code_interpreter_call',
    { type: isText, id: isText, status: isText, code: isText, container_id: isText, outputs: isList },
  ],
]);

/** The part of an output item to be sent back; undefined for what is not, reasoning without its encrypted form too. */
export const findReplayItem = (item: unknown): Fields | undefined => {
  if (!isRecord(item)) return undefined;
  const fields = REPLAYED_FIELDS.get(item['type']);
  if (fields === undefined) return undefined;
  if (item['type'] === 'reasoning' && typeof item['encrypted_content'] !== 'string') return undefined;
  const taken = Object.entries(fields).filter(([name, check]) => check(item[name]));
  return Object.fromEntries(taken.map(([name]) => [name, item[name]]));
};

export const writeReplayItems = (items: readonly Fields[]): string | null =>
  items.length === 0 ? null : JSON.stringify(items);

/** Collects the items of a turn in the form in which a later request sends them back. */
export interface ReplayOrder {
  readonly add: (item: ResponsesItem) => void;
  /**
   * All items to be sent back in the next turn; null when the turn has no reasoning to carry and no phases. Where a message
   * could not say their order, or the phase of a text, marks are among them: `{type: 'message', length, phase}` for a
   * message of so many UTF-16 code units, `{type: 'function_call'}` for the next call.
   */
  readonly state: () => JsonValue | null;
}

const toLetter = ({ type }: Fields): string =>
  type === 'message' ? 'M' : type === 'function_call' ? 'C' : type === 'reasoning' ? 'r' : 'w';

/**
 * What a message says by itself: its reasoning, its text, then its calls, each after the reasoning that led to it. No letters
 * can be matched in two ways: the time is linear in their number.
 */
const PLAIN_ORDER = /^[rw]*(?:[MC](?:(?:w*r[rw]*)?C)*)?$/;

const OUTPUT_TYPES = new Set<unknown>(['message', 'function_call', 'custom_tool_call']);

const lengthOfContent = (content: ResponsesItem['content']): number =>
  typeof content === 'string'
    ? content.length
    : (content ?? []).reduce((sum, part) => sum + (part?.text ?? part?.refusal ?? '').length, 0);

const toMark = ({ type, content, phase }: ResponsesItem): Fields => {
  if (type !== 'message') return { type: 'function_call' };
  const length = lengthOfContent(content);
  return { type: 'message', length, ...(typeof phase === 'string' && { phase }) };
};

const isMark = ({ type }: Fields): boolean => type === 'message' || type === 'function_call';

export const createReplayOrder = (): ReplayOrder => {
  const items: Fields[] = [];
  return {
    add: (item) => {
      const kept = OUTPUT_TYPES.has(item.type) ? toMark(item) : findReplayItem(item);
      if (kept !== undefined) items.push(kept);
    },
    state: () => {
      const hasReasoning = items.some(({ type }) => type === 'reasoning');
      const hasPhase = items.some(({ phase }) => phase !== undefined);
      // Built-in calls are sent back only to keep the reasoning around them in its place.
      const carried = hasReasoning ? items : hasPhase ? items.filter(isMark) : [];
      const isPlain = !hasPhase && PLAIN_ORDER.test(carried.map(toLetter).join(''));
      const state = isPlain ? carried.filter((item) => !isMark(item)) : carried;
      // Read from JSON, they are JSON.
      const json: object = state;
      return state.length === 0 ? null : (json as JsonValue);
    },
  };
};

/**
 * The items in an opaque string of ours: what `writeReplayItems` gave, or the state of a finished turn. Empty for
 * anything else: a tool call may bring another vendor's signature along.
 */
export const readReplayItems = (opaque: string): ResponseInputItem[] => toInputItems(parse(opaque) ?? []);

/** As `readReplayItems`, for reasoning, whose opaque part may also be bare encrypted content: one item of its own. */
export const readReasoningItems = (opaque: string, summary: string | null): ResponseInputItem[] =>
  toInputItems(
    parse(opaque) ?? [
      {
        type: 'reasoning',
        summary: summary === null ? [] : [{ type: 'summary_text', text: summary }],
        encrypted_content: opaque,
      },
    ],
  );

const lengthOf = ({ type, length }: Fields): number =>
  type === 'message' && Number.isSafeInteger(length) ? Math.max(0, length as number) : 0;

const toMessageItem = ({ phase }: Fields, text: string): Fields[] => {
  if (text === '') return [];
  const isPhase = typeof phase === 'string' && /^[a-z_]{1,32}$/.test(phase);
  return [{ role: 'assistant', content: [{ type: 'output_text', text }], ...(isPhase && { phase }) }];
};

/**
 * All items of a turn in the order they came in, from its state, its text and its calls. undefined where the state does
 * not say an order, or says that of another text or of other calls: the message was edited then.
 */
export const findOrderedItems = (
  opaque: string,
  text: string,
  calls: readonly ResponseInputItem[],
): ResponseInputItem[] | undefined => {
  const marked = (parse(opaque) ?? []).filter(isRecord);
  const length = marked.reduce((sum, mark) => sum + lengthOf(mark), 0);
  const callCount = marked.filter(({ type }) => type === 'function_call').length;
  if (!marked.some(isMark) || length !== text.length || callCount !== calls.length) return undefined;
  let at = 0;
  let call = 0;
  const items = marked.flatMap((mark): Fields[] => {
    if (mark['type'] === 'function_call') return [{ ...calls[call++] }];
    if (mark['type'] !== 'message') return toReplayItem(mark);
    const from = at;
    at += lengthOf(mark);
    return toMessageItem(mark, text.slice(from, at));
  });
  const json: readonly object[] = items;
  return json as ResponseInputItem[];
};

const toReplayItem = (item: unknown): Fields[] => {
  const found = findReplayItem(item);
  return found === undefined ? [] : [found];
};

/** The SDK wants an id on a reasoning item; the API does not. */
const toInputItems = (items: readonly unknown[]): ResponseInputItem[] => {
  const json: readonly object[] = items.flatMap(toReplayItem);
  return json as ResponseInputItem[];
};

const parse = (opaque: string): readonly unknown[] | undefined => {
  if (!/^\s*[[{]/.test(opaque)) return undefined;
  const value = parseJson(opaque);
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value : [value];
};
