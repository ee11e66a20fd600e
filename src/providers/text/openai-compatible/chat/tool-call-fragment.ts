import { ProviderError } from '../../../../core/errors.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import { toCount } from '../../../shared/reading/to-count.ts';
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
  // Some servers leave the object around name and arguments out.
  const called = delta.function ?? delta;
  return {
    index: typeof index === 'number' ? index : toCount(index),
    id: toText(id),
    name: toText((custom ?? called).name),
    arguments: custom ? toText(custom.input) : readArguments(called.arguments, provider),
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

/** Whether a fragment says nothing at all: servers send one where there is no call. */
export const isEmptyFragment = ({ id, name, arguments: given }: ToolCallFragment): boolean =>
  id === '' && name === '' && given === '';

/** The fragments of a delta, or the calls of a message, in order; a function call of OpenAI's first form is one of them. */
export const fragmentsOf = ({ tool_calls: given, function_call: call }: ChatDelta): ChatToolCallDelta[] => {
  const listed = toList(given).filter(isRecord);
  // A server that sends both forms says the same call twice.
  return listed.length === 0 && call ? [{ function: call }] : listed;
};

/** A single call stands for itself; a list may be written as an object whose keys count. */
const toList = (given: unknown): readonly unknown[] => {
  if (Array.isArray(given)) return given;
  return isRecord(given) && '0' in given ? Object.values(given) : [given];
};
