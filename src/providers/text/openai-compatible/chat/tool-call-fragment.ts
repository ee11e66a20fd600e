import { ProviderError } from '../../../../core/errors.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import type { ChatDelta, ChatToolCallDelta } from './chat-chunk.ts';

/** A fragment of a tool call by what it says; empty: nothing. */
export interface ToolCallFragment {
  readonly index: number | null;
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  /** Whether its arguments are plain text, not JSON. */
  readonly isCustom: boolean;
}

/** Throws `PROVIDER_FAILED` for arguments that are neither text nor what such a text would stand for. */
export const readFragment = (delta: ChatToolCallDelta, provider: string): ToolCallFragment => {
  const { index, id, custom } = delta;
  return {
    index: typeof index === 'number' ? index : null,
    id: toText(id),
    name: toText((custom ?? delta.function)?.name),
    arguments: custom ? toText(custom.input) : readArguments(delta.function?.arguments, provider),
    isCustom: Boolean(custom),
  };
};

const toText = (value: unknown): string => (typeof value === 'string' ? value : '');

const readArguments = (given: unknown, provider: string): string => {
  if (typeof given === 'string') return given;
  if (given === undefined || given === null) return '';
  if (typeof given === 'object') return JSON.stringify(given);
  throw new ProviderError('PROVIDER_FAILED', {
    provider,
    vendorMessage: `the arguments of a tool call are a ${typeof given}`,
  });
};

/** The fragments of a delta, or the calls of a message, in order; a function call of OpenAI's first form is one of them. */
export const fragmentsOf = ({ tool_calls: given, function_call: call }: ChatDelta): ChatToolCallDelta[] => {
  const listed: readonly unknown[] = Array.isArray(given) ? given : [given];
  return [...listed.filter(isRecord), ...(call ? [{ function: call }] : [])];
};
