import type Anthropic from '@anthropic-ai/sdk';
import { toText } from '../../../shared/reading/to-text.ts';
import { findArguments, type RawToolCall } from '../../../shared/reading/parse-arguments.ts';

/** A content block while its deltas arrive. A block may also be complete at its start. */
export interface OpenBlock {
  readonly block: Anthropic.ContentBlock;
  /** Where its text begins in the turn's whole text. */
  readonly startIndex: number;
  text: string;
  signature: string;
  /** JSON fragments of a tool's input, joined. */
  json: string;
  readonly citations: Anthropic.TextCitation[];
}

export const openBlock = (block: Anthropic.ContentBlock, startIndex: number): OpenBlock => ({
  block,
  startIndex,
  text: toText(block.type === 'text' ? block.text : block.type === 'thinking' ? block.thinking : ''),
  signature: toText(block.type === 'thinking' ? block.signature : ''),
  json: '',
  citations: block.type === 'text' ? [...(block.citations ?? [])] : [],
});

type ToolBlock = Anthropic.ToolUseBlock | Anthropic.ServerToolUseBlock;

/** A block that has ended: whole, or a tool's call whose input is no JSON, as it is when the output is cut inside it. */
export type ClosedBlock =
  | { readonly type: 'whole'; readonly block: Anthropic.ContentBlock; readonly hasInput: boolean }
  | { readonly type: 'broken'; readonly call: RawToolCall };

export const closeBlock = (open: OpenBlock): ClosedBlock => {
  const { block, text, signature, citations } = open;
  switch (block.type) {
    case 'text':
      return whole({ ...block, text, citations: citations.length === 0 ? null : citations });
    case 'thinking':
      return whole({ ...block, thinking: text, signature });
    case 'tool_use':
    case 'server_tool_use':
      return closeCall(block, open.json);
    default:
      return whole(block);
  }
};

const whole = (block: Anthropic.ContentBlock, hasInput = true): ClosedBlock => ({
  type: 'whole',
  block,
  hasInput,
});

const closeCall = (block: ToolBlock, json: string): ClosedBlock => {
  const given = isEmpty(block.input) ? {} : block.input;
  // A gateway may give the JSON as text.
  if (json.trim() === '' && typeof given === 'string') return closeCall({ ...block, input: {} }, given);
  if (json.trim() === '') return whole({ ...block, input: given }, !isEmpty(given));
  const call = { callId: block.id, name: block.name, arguments: json };
  const input = findArguments(call);
  return input === undefined ? { type: 'broken', call } : whole({ ...block, input });
};

const isEmpty = (input: unknown): boolean =>
  input === null ||
  input === undefined ||
  input === '' ||
  (typeof input === 'object' && Object.keys(input).length === 0);
