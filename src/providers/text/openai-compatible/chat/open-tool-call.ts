import { JsonScan } from '../../../../lib/json-scan.ts';
import type { ToolCallFragment } from './tool-call-fragment.ts';

/** A tool call while its fragments arrive. */
export interface OpenToolCall {
  /** Ours. */
  callId: string;
  /** The server's own; empty: none has come. */
  vendorId: string;
  name: string;
  arguments: string;
  /** Arguments that no event has told yet. */
  untold: string;
  /** Whether an event has named its id, which then stays. */
  isTold: boolean;
  readonly isCustom: boolean;
  /** Of its arguments. */
  readonly scan: JsonScan;
}

export const openToolCall = (callId: string, { id, isCustom }: ToolCallFragment): OpenToolCall => ({
  callId,
  vendorId: id,
  name: '',
  arguments: '',
  untold: '',
  isTold: false,
  isCustom,
  scan: new JsonScan(),
});

/**
 * Whether a fragment goes on with the name that a call has so far: nothing else of the call has come, and together they
 * begin the name of a tool of the request, which the first piece is not.
 */
export const isPieceOfName = (
  call: OpenToolCall,
  { name }: ToolCallFragment,
  tools: readonly string[],
): boolean =>
  name !== '' &&
  call.name !== '' &&
  !call.scan.hasBegun &&
  !tools.includes(call.name) &&
  tools.some((tool) => tool.startsWith(call.name + name));

/** Whether a fragment says once more the whole of a call that has come: some servers repeat it at the end. */
export const isRepetition = (call: OpenToolCall, fragment: ToolCallFragment): boolean =>
  fragment.id !== '' &&
  fragment.id === call.vendorId &&
  fragment.name === call.name &&
  fragment.arguments === call.arguments &&
  call.scan.isWhole;

/**
 * Whether a fragment begins another call than `call`, to which it would belong by its index, by its id, or as the latest.
 * Servers differ in every field: the index may be missing, the same for all calls, or count fragments; ids may be missing,
 * late, the same for several calls, or another one in each fragment; the name may be repeated. What decides:
 * - without a name, and while the call is not whole, it goes on: only a name begins a call;
 * - another name begins another call;
 * - the same name, with arguments, after whole arguments begins another call;
 * - the same name while nothing of the arguments has come begins another call if the id or the index is a new one.
 */
export const beginsAnotherCall = (
  call: OpenToolCall,
  fragment: ToolCallFragment,
  isKnownIndex: boolean,
): boolean => {
  const { id, name } = fragment;
  const hasArguments = fragment.arguments.trim() !== '';
  const isNewIndex = fragment.index !== null && !isKnownIndex;
  const isSameId = id !== '' && id === call.vendorId;
  const isOtherId = id !== '' && call.vendorId !== '' && !isSameId;
  if (name === '') return isOtherId && hasArguments && call.scan.isWhole;
  if (call.name === '') return isNewIndex;
  if (name !== call.name) return true;
  if (call.scan.isWhole) return hasArguments || isOtherId;
  if (!call.scan.hasBegun) return isOtherId || (isNewIndex && !isSameId);
  // Within its arguments a call of the same name begins under an index and an id of its own, or under such an index alone.
  if (isNewIndex) return isOtherId || (id === '' && fragment.arguments.trimStart().startsWith('{'));
  return isOtherId && fragment.index === null;
};
