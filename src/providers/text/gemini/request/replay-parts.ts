import { isDeepStrictEqual } from 'node:util';
import type { FunctionCall, Part } from '@google/genai/web';
import type { JsonValue } from '../../../../core/json.ts';
import type { AssistantMessage, ToolCallPart } from '../../../../core/message.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import { parseJson } from '../../../../lib/parse-json.ts';

/** Parts of the vendor's own tools, which a later turn has to hold unchanged. */
const SERVER_PARTS = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'] as const;

const REPLAYED_FIELDS = ['text', 'thought', 'functionCall', ...SERVER_PARTS, 'thoughtSignature'] as const;

/** Collects the parts of a turn in the form in which a later request sends them back. */
export interface ReplayParts {
  add(part: Part): void;
  /**
   * The turn's parts in order, each with the signature it came with; null when the text and the tool calls of the turn
   * already say everything. A later request takes it back as the `opaque` of a reasoning part, written as JSON.
   */
  state(): JsonValue | null;
}

/**
 * Pieces of text without a signature are joined; a part with one stays as it came, an empty text too, because the
 * signature holds for that very part (https://ai.google.dev/gemini-api/docs/thought-signatures).
 */
export const createReplayParts = (): ReplayParts => {
  const parts: Part[] = [];
  return {
    add(part) {
      const replayed = pick(part);
      const last = parts.at(-1);
      if (isPlainText(replayed) && last !== undefined && isPlainText(last)) {
        last.text = `${last.text}${replayed.text}`;
      } else if (!isNothing(replayed)) parts.push(replayed);
    },
    state: () => {
      // Read from JSON, they are JSON.
      const json: object = parts;
      return parts.some(isSaidNowhereElse) ? (json as JsonValue) : null;
    },
  };
};

const pick = (part: Part): Part =>
  Object.fromEntries(REPLAYED_FIELDS.flatMap((name) => (part[name] == null ? [] : [[name, part[name]]])));

const isPlainText = (part: Part): boolean =>
  part.text !== undefined && part.thought !== true && part.thoughtSignature === undefined;

/** A thought without a signature is no use to the model, an empty text without one is no part at all. */
const isNothing = (part: Part): boolean =>
  part.thoughtSignature === undefined &&
  (part.thought === true || part.text === '' || Object.keys(part).length === 0);

const isSaidNowhereElse = (part: Part): boolean =>
  SERVER_PARTS.some((name) => part[name] !== undefined) ||
  (part.text !== undefined && part.thoughtSignature !== undefined);

/** A thought signature as the vendor writes it, in either form of base64. Other vendors' states do not look like it. */
export const isSignature = (opaque: string | null): opaque is string =>
  opaque !== null && /^[\w+/=-]+$/.test(opaque);

/**
 * The parts that the state of a finished turn holds, for sending them back in place of the message they belong to.
 * undefined when the message brings none, or when it says something else than they do: then it was edited, and what it
 * says goes before what the turn was.
 */
export const findReplayParts = ({ parts }: AssistantMessage): Part[] | undefined => {
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const calls = parts.filter((part) => part.type === 'tool-call');
  for (const part of parts) {
    if (part.type !== 'reasoning' || part.opaque === null) continue;
    const replayed = readParts(part.opaque);
    if (replayed === undefined) continue;
    const replayedText = replayed.map((at) => (at.thought === true ? '' : (at.text ?? ''))).join('');
    const replayedCalls = replayed.flatMap((at) => at.functionCall ?? []);
    if (replayedText === text && isDeepStrictEqual(replayedCalls.map(toCall), calls.map(toSaidCall)))
      return replayed;
  }
  return undefined;
};

const toCall = ({ id, name, args }: FunctionCall): object => ({ id, name, args: args ?? {} });

const toSaidCall = ({ callId: id, name, arguments: args }: ToolCallPart): object => ({
  id,
  name,
  args: args ?? {},
});

const readParts = (opaque: string): Part[] | undefined => {
  if (!opaque.trimStart().startsWith('[')) return undefined;
  const value = parseJson(opaque);
  return Array.isArray(value) && value.every(isPart) ? value.map(pick) : undefined;
};

/** What the fields of a part may be: a forged one is no part at all. */
const isPart = (value: unknown): value is Part => {
  if (!isRecord(value)) return false;
  const { text, thought, thoughtSignature } = value;
  return (
    (text === undefined || typeof text === 'string') &&
    (thought === undefined || typeof thought === 'boolean') &&
    (thoughtSignature === undefined ||
      (typeof thoughtSignature === 'string' && isSignature(thoughtSignature))) &&
    ['functionCall', ...SERVER_PARTS].every((name) => value[name] === undefined || isRecord(value[name])) &&
    REPLAYED_FIELDS.some((name) => name !== 'thought' && name !== 'thoughtSignature' && name in value)
  );
};
