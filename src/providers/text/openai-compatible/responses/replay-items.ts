import type { ResponseInputItem } from 'openai/resources/responses/responses';
import { parseJson } from '../../../../lib/parse-json.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * What is kept of an output item that has to be sent back before the item it led to. Ids come along: the vendor pairs
 * items by them. Only these types and fields are taken, from a vendor's answer and from a client's echo of it alike.
 */
const REPLAYED_FIELDS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['reasoning', ['type', 'id', 'summary', 'encrypted_content']],
  ['web_search_call', ['type', 'id', 'status', 'action']],
  ['code_interpreter_call', ['type', 'id', 'status', 'code', 'container_id', 'outputs']],
]);

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The part of an output item to be sent back; undefined for what is not, reasoning without its encrypted form too. */
export const findReplayItem = (item: unknown): Fields | undefined => {
  if (!isFields(item)) return undefined;
  const names = REPLAYED_FIELDS.get(item['type']);
  if (names === undefined) return undefined;
  if (item['type'] === 'reasoning' && typeof item['encrypted_content'] !== 'string') return undefined;
  return Object.fromEntries(names.flatMap((name) => (item[name] == null ? [] : [[name, item[name]]])));
};

export const writeReplayItems = (items: readonly Fields[]): string | null =>
  items.length === 0 ? null : JSON.stringify(items);

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

/** The SDK wants an id on a reasoning item; the API does not. */
const toInputItems = (items: readonly unknown[]): ResponseInputItem[] =>
  items.flatMap((item): object[] => {
    const found = findReplayItem(item);
    return found === undefined ? [] : [found];
  }) as ResponseInputItem[];

const parse = (opaque: string): readonly unknown[] | undefined => {
  if (!/^\s*[[{]/.test(opaque)) return undefined;
  const value = parseJson(opaque);
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value : [value];
};
