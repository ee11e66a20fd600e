import type Anthropic from '@anthropic-ai/sdk';
import type { JsonValue } from '../../../../core/json.ts';
import { parseJson } from '../../../../lib/parse-json.ts';

type Block = Anthropic.ContentBlock;
type BlockParam = Anthropic.ContentBlockParam;

/** The fields of the blocks that are sent back: nothing else is taken, neither from the API nor from a client's echo. */
const FIELDS = [
  'type',
  'thinking',
  'signature',
  'data',
  'id',
  'name',
  'input',
  'tool_use_id',
  'content',
  'caller',
] as const;

const isReasoning = ({ type }: { readonly type: string }): boolean =>
  type === 'thinking' || type === 'redacted_thinking';

/** Blocks that no part of a message can say: reasoning, and what the vendor's own tools did. */
const isReplayed = (block: { readonly type: string }): boolean =>
  isReasoning(block) || block.type === 'server_tool_use' || block.type.endsWith('_tool_result');

const toReplayed = (block: object): object => {
  const fields = Object.entries(block).filter(([name]) => (FIELDS as readonly string[]).includes(name));
  return JSON.parse(JSON.stringify(Object.fromEntries(fields))) as object;
};

/**
 * The state of a turn: a JSON array of its reasoning blocks, and of the calls and results of the vendor's own tools, in
 * the order they came and with their signatures and encrypted parts untouched. null when there are none. As JSON text
 * it is what `ReasoningPart.opaque` takes back.
 */
export const toState = (blocks: readonly Block[]): JsonValue | null => {
  const answered = new Set(blocks.flatMap((block) => ('tool_use_id' in block ? block.tool_use_id : [])));
  const state = blocks.filter(
    (block) =>
      isReplayed(block) &&
      // The API refuses a call of its own tools that comes back without the result.
      (block.type !== 'server_tool_use' || answered.has(block.id)),
  );
  return state.length === 0 ? null : state.map((block) => toReplayed(block) as JsonValue);
};

/**
 * `ToolCall.opaque` of a call that follows `before`: the reasoning that directly precedes it, in the form of the state
 * as JSON text. The API wants it back in that very place. null when there is none.
 */
export const toCallOpaque = (before: readonly Block[]): string | null => {
  const reasoning = before.slice(before.findLastIndex((block) => !isReasoning(block)) + 1);
  return reasoning.length === 0 ? null : JSON.stringify(reasoning.map(toReplayed));
};

/**
 * The blocks in an opaque value of ours: JSON text of one block or of an array of them. Empty for null and for anything
 * else, which is the state of another provider and of no use here.
 */
export const readOpaque = (opaque: string | null): readonly BlockParam[] => {
  // Another provider's state may be no JSON.
  const value = opaque === null ? [] : parseJson(opaque);
  return (Array.isArray(value) ? value : [value]).flatMap((block: unknown) =>
    typeof block === 'object' && block !== null && 'type' in block && typeof block.type === 'string'
      ? isReplayed({ type: block.type })
        ? (toReplayed(block) as BlockParam)
        : []
      : [],
  );
};
