import type Anthropic from '@anthropic-ai/sdk';
import type { JsonValue } from '../../../../core/json.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import { parseJson } from '../../../../lib/parse-json.ts';

type Block = Anthropic.ContentBlock;
type BlockParam = Anthropic.ContentBlockParam;
type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFilled: Check = (value) => typeof value === 'string' && value !== '';
const isList: Check = (value) => isRecord(value) || Array.isArray(value);

/** What a block must have, and what it may have, to be sent back. Anything else of it is not taken. */
interface BlockShape {
  readonly required: Readonly<Record<string, Check>>;
  readonly optional?: Readonly<Record<string, Check>>;
}

/** A thinking block without its signature, as a cut answer has it, would be refused. */
const SHAPES: Readonly<Record<string, BlockShape>> = {
  thinking: { required: { thinking: isText, signature: isFilled } },
  redacted_thinking: { required: { data: isFilled } },
  server_tool_use: {
    required: { id: isFilled, name: isFilled, input: isRecord },
    optional: { caller: isRecord },
  },
};

/** The results of the vendor's own tools: `web_search_tool_result`, `code_execution_tool_result` and others. */
const RESULT: BlockShape = {
  required: { tool_use_id: isFilled, content: isList },
  optional: { caller: isRecord },
};

const findShape = (type: unknown): BlockShape | undefined => {
  if (typeof type !== 'string') return undefined;
  return Object.hasOwn(SHAPES, type) ? SHAPES[type] : type.endsWith('_tool_result') ? RESULT : undefined;
};

const isReasoning = ({ type }: { readonly type: string }): boolean =>
  type === 'thinking' || type === 'redacted_thinking';

/** A block that no part of a message can say, reasoning or what the vendor's own tools did; undefined for any other. */
const findReplayed = (block: object): Fields | undefined => {
  const fields: Fields = { ...block };
  const shape = findShape(fields['type']);
  if (shape === undefined) return undefined;
  const { required, optional = {} } = shape;
  if (Object.entries(required).some(([name, check]) => !check(fields[name]))) return undefined;
  const isTaken = ([name, value]: [string, unknown]): boolean =>
    name === 'type' || Object.hasOwn(required, name) || optional[name]?.(value) === true;
  return Object.fromEntries(Object.entries(fields).filter(isTaken));
};

const toReplayed = (block: object): Fields[] => {
  const found = findReplayed(block);
  return found === undefined ? [] : [found];
};

/** The API refuses a call of its own tools without its result, and a result without its call. */
const keepPairs = (blocks: readonly Fields[]): readonly Fields[] => {
  const called = new Set(blocks.map(({ type, id }) => (type === 'server_tool_use' ? id : undefined)));
  const answered = new Set(blocks.map((block) => block['tool_use_id']));
  return blocks.filter(({ type, id, tool_use_id: of }) => {
    if (type === 'server_tool_use') return answered.has(id);
    return of === undefined || called.has(of);
  });
};

/**
 * What of a citation is sent back, by its type: the API answers 400 to the fields that it adds in answers.
 * By the types `*LocationParam` of the SDK.
 */
const CITATION_FIELDS: Readonly<Record<string, readonly string[]>> = {
  char_location: ['cited_text', 'document_index', 'document_title', 'start_char_index', 'end_char_index'],
  page_location: ['cited_text', 'document_index', 'document_title', 'start_page_number', 'end_page_number'],
  content_block_location: [
    'cited_text',
    'document_index',
    'document_title',
    'start_block_index',
    'end_block_index',
  ],
  web_search_result_location: ['cited_text', 'encrypted_index', 'title', 'url'],
  search_result_location: [
    'cited_text',
    'search_result_index',
    'source',
    'title',
    'start_block_index',
    'end_block_index',
  ],
};

const toCitationParams = (citations: unknown): Fields[] =>
  (Array.isArray(citations) ? citations : []).flatMap((citation: unknown): Fields[] => {
    if (!isRecord(citation) || typeof citation['type'] !== 'string') return [];
    const { type } = citation;
    const names = Object.hasOwn(CITATION_FIELDS, type) ? CITATION_FIELDS[type] : undefined;
    if (names === undefined || names.some((name) => citation[name] === undefined)) return [];
    return [
      Object.fromEntries(
        Object.entries(citation).filter(([name]) => name === 'type' || names.includes(name)),
      ),
    ];
  });

/** Stands for a text block of the turn: the message has the text itself. */
const toTextMark = ({ text, citations }: Anthropic.TextBlock): Fields => {
  const kept = toCitationParams(citations);
  return { type: 'text', length: text.length, ...(kept.length > 0 && { citations: kept }) };
};

const LETTERS: Readonly<Record<string, string>> = { text: 'T', tool_use: 'U', server_tool_use: 'S' };

/**
 * What a message says by itself: its reasoning, then its text and then its calls, each after the reasoning that directly
 * precedes it. No letters can be matched in two ways: the time is linear in their number.
 */
const PLAIN_ORDER = /^[RS]*(?:[TU](?:R*U)*)?$/;

/** Whether a message says the blocks in another order than they came in, or less of them. */
const needsOrder = (blocks: readonly Block[]): boolean => {
  const order = blocks.map((block) => (isReasoning(block) ? 'R' : (LETTERS[block.type] ?? 'S'))).join('');
  return (
    !PLAIN_ORDER.test(order) ||
    blocks.some((block) => block.type === 'text' && (block.citations?.length ?? 0) > 0)
  );
};

/**
 * The state of a turn: a JSON array of its reasoning blocks, and of the calls and results of the vendor's own tools, in
 * the order they came and with their signatures and encrypted parts untouched. null when there are none. As JSON text
 * it is what `ReasoningPart.opaque` takes back.
 *
 * Where a message could not say the order of the blocks, marks are among them: `{type: 'text', length, citations}` for a
 * text block of so many UTF-16 code units, `{type: 'tool_use'}` for the next call of a client's tool.
 */
export const toState = (blocks: readonly Block[]): JsonValue | null => {
  const kept = blocks.filter((block) => !(block.type === 'text' && block.text === ''));
  const isOrdered = needsOrder(kept);
  const replayed = kept.flatMap((block): Fields[] => {
    if (block.type === 'text') return isOrdered ? [toTextMark(block)] : [];
    if (block.type === 'tool_use') return isOrdered ? [{ type: 'tool_use' }] : [];
    return toReplayed(block);
  });
  const state = keepPairs(replayed);
  // Marks alone say nothing that the model has to be sent.
  return state.every(({ type }) => isMark(type)) ? null : (JSON.parse(JSON.stringify(state)) as JsonValue);
};

const isMark = (type: unknown): boolean => type === 'text' || type === 'tool_use';

/**
 * `ToolCall.opaque` of a call that follows `before`: the reasoning that directly precedes it, in the form of the state
 * as JSON text. The API wants it back in that very place. null when there is none.
 */
export const toCallOpaque = (before: readonly Block[]): string | null => {
  const reasoning = before
    .slice(before.findLastIndex((block) => !isReasoning(block)) + 1)
    .flatMap(toReplayed);
  return reasoning.length === 0 ? null : JSON.stringify(reasoning);
};

const readList = (opaque: string | null): readonly Fields[] => {
  // Another provider's state may be no JSON.
  const value = opaque === null ? [] : parseJson(opaque);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter(isRecord);
};

/**
 * The blocks in an opaque value of ours: JSON text of one block or of an array of them. Empty for null and for anything
 * else, which is the state of another provider and of no use here. Of a forged value nothing is taken but what a block may
 * be, field by field.
 */
export const readOpaque = (opaque: string | null): readonly BlockParam[] => {
  const blocks = readList(opaque).flatMap((block): Fields[] => toReplayed(block));
  const json: readonly object[] = keepPairs(blocks);
  return json as readonly BlockParam[];
};

const toTextBlock = (mark: Fields, text: string): Fields[] => {
  if (text.trim() === '') return [];
  const citations = toCitationParams(mark['citations']);
  return [{ type: 'text', text, ...(citations.length > 0 && { citations }) }];
};

const lengthOf = ({ type, length }: Fields): number =>
  type === 'text' && Number.isSafeInteger(length) ? Math.max(0, length as number) : 0;

/**
 * All blocks of a turn in the order they came in, from its state, its text and its calls. undefined where the state does
 * not say an order, or says that of another text or of other calls: the message was edited then.
 */
export const findOrderedBlocks = (
  opaque: string | null,
  text: string,
  calls: readonly BlockParam[],
): readonly BlockParam[] | undefined => {
  const marked = readList(opaque);
  const length = marked.reduce((sum, mark) => sum + lengthOf(mark), 0);
  const callCount = marked.filter(({ type }) => type === 'tool_use').length;
  const isOrdered = marked.some(({ type }) => isMark(type));
  if (!isOrdered || length !== text.length || callCount !== calls.length) return undefined;
  let at = 0;
  let call = 0;
  const blocks = marked.flatMap((mark): readonly Fields[] => {
    if (mark['type'] === 'tool_use') return [{ ...calls[call++] }];
    if (mark['type'] !== 'text') return toReplayed(mark);
    const from = at;
    at += lengthOf(mark);
    return toTextBlock(mark, text.slice(from, at));
  });
  if (blocks.some(({ text: said }) => typeof said === 'string' && !said.isWellFormed())) return undefined;
  const json: readonly object[] = keepPairs(blocks);
  return json as readonly BlockParam[];
};
