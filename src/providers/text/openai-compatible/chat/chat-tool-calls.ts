import { ProviderError } from '../../../../core/errors.ts';
import type { FinishReason, ToolCall } from '../../../../core/generation.ts';
import type { ToolCallDeltaEvent } from '../../../../core/stream-event.ts';
import { createCallIds } from '../../../shared/reading/call-ids.ts';
import { findArguments, unparsableArguments } from '../../../shared/reading/parse-arguments.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';
import type { ChatToolCallDelta } from './chat-chunk.ts';
import {
  beginsAnotherCall,
  isPieceOfName,
  isRepetition,
  type OpenToolCall,
  openToolCall,
} from './open-tool-call.ts';
import { isEmptyFragment, readFragment, type ToolCallFragment } from './tool-call-fragment.ts';

export interface ChatToolCallsContext extends ReadingContext {
  /** Names of the request's functions; left out: they are not known, and no name is put together from pieces. */
  readonly tools?: readonly string[];
}

/** The tool calls of one turn, put together from fragments. */
export interface ChatToolCalls {
  readonly size: () => number;
  /** Takes a fragment; gives the event for it, if it adds to the arguments of a call whose name is known. */
  readonly add: (delta: ChatToolCallDelta) => ToolCallDeltaEvent | undefined;
  /**
   * The complete calls in the order they began. A turn that was cut off (`length`, `content-filter`) may have left a call
   * half written: it is no call. Anywhere else, arguments that are no JSON, and a call without a name, throw
   * `PROVIDER_FAILED`.
   */
  readonly complete: (reason: FinishReason) => readonly ToolCall[];
}

export const createChatToolCalls = (context: ChatToolCallsContext): ChatToolCalls => {
  const { provider, tools = [] } = context;
  const ids = createCallIds();
  const calls: OpenToolCall[] = [];
  const atIndex = new Map<number, OpenToolCall>();

  const begin = (fragment: ToolCallFragment): OpenToolCall => {
    const call = openToolCall(ids.claim(fragment.id), fragment);
    calls.push(call);
    if (fragment.index !== null) atIndex.set(fragment.index, call);
    return call;
  };

  const callFor = (fragment: ToolCallFragment): OpenToolCall => {
    const { index, id } = fragment;
    const known = index === null ? undefined : atIndex.get(index);
    const findNamed = (): OpenToolCall | undefined =>
      id === '' ? undefined : calls.findLast(({ vendorId }) => vendorId === id);
    const call = known ?? findNamed() ?? calls.at(-1);
    if (call === undefined) return begin(fragment);
    if (isPieceOfName(call, fragment, tools)) return call;
    if ((known !== undefined || index === null) && isRepetition(call, fragment)) return call;
    return beginsAnotherCall(call, fragment, known !== undefined) ? begin(fragment) : call;
  };

  const takeName = (call: OpenToolCall, fragment: ToolCallFragment): void => {
    if (call.name === '') call.name = fragment.name;
    else if (fragment.name !== call.name && isPieceOfName(call, fragment, tools)) call.name += fragment.name;
  };

  return {
    size: () => calls.length,
    add: (delta) => {
      const fragment = readFragment(delta, provider);
      if (isEmptyFragment(fragment)) return undefined;
      const call = callFor(fragment);
      if (isRepetition(call, fragment)) return undefined;
      if (call.vendorId === '' && fragment.id !== '') {
        call.vendorId = fragment.id;
        if (!call.isTold) call.callId = ids.claim(fragment.id);
      }
      takeName(call, fragment);
      call.arguments += fragment.arguments;
      call.untold += fragment.arguments;
      call.scan.add(fragment.arguments);
      return call.isCustom ? undefined : tell(call);
    },
    complete: (reason) => {
      const wasCut = reason === 'length' || reason === 'content-filter';
      return calls.flatMap((call) => {
        // Nothing at all may be the arguments of a tool without parameters, or those of a call cut before they began.
        const isEmpty = call.arguments.trim() === '' && call === calls.at(-1);
        const isCut = wasCut && (isEmpty || call.name === '');
        const parsed = isCut ? undefined : call.isCustom ? call.arguments : findArguments(call);
        if (parsed === undefined && wasCut) return [];
        if (call.name === '') throw namelessCall(provider);
        if (parsed === undefined) throw unparsableArguments(call, provider, context.log);
        const { callId, name } = call;
        return [{ callId, name, arguments: parsed, builtIn: false, result: null, opaque: null }];
      });
    },
  };
};

/** What of the arguments no event has told; nothing before the name is there. */
const tell = (call: OpenToolCall): ToolCallDeltaEvent | undefined => {
  if (call.name === '' || call.untold === '') return undefined;
  const { callId, name, untold } = call;
  call.untold = '';
  call.isTold = true;
  return { type: 'tool-call-delta', callId, name, argumentsDelta: untold };
};

const namelessCall = (provider: string): ProviderError =>
  new ProviderError('PROVIDER_FAILED', { provider, vendorMessage: 'a tool call has no name' });
