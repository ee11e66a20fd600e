import { BUILT_IN_TOOLS } from '../../core/model-config.ts';
import type { AssistantMessage, Message } from '../../core/message.ts';
import type { Findings } from './findings.ts';

const SUGGESTION =
  'Right after a message with tool calls, give one tool message for each of them; then what else was said.';

/** Most earlier calls that the refusal of a result lists. */
const MAX_LISTED = 20;

/** Calls that wait for their results, with how many of one id there are and where the first is. */
type OpenCalls = Map<string, { readonly path: readonly string[]; count: number }>;

/** Calls of tools that the provider runs itself have no results of their own. */
const isBuiltIn = (name: string): boolean => (BUILT_IN_TOOLS as readonly string[]).includes(name);

const callsOf = ({ parts }: AssistantMessage, index: number): OpenCalls => {
  const open: OpenCalls = new Map();
  let position = -1;
  for (const part of parts) {
    if (part.type !== 'tool-call') continue;
    position += 1;
    if (isBuiltIn(part.name)) continue;
    const known = open.get(part.callId);
    const path = ['input', 'messages', String(index), 'assistant', 'toolCalls', String(position), 'callId'];
    if (known === undefined) open.set(part.callId, { path, count: 1 });
    else known.count += 1;
  }
  return open;
};

const refuseOpen = (open: OpenCalls, findings: Findings): void => {
  for (const [callId, { path }] of open)
    findings.reject('INVALID_REQUEST', path, `The tool call "${callId}" has no result right after it.`, {
      suggestion: SUGGESTION,
    });
};

/**
 * Every call has its result, and every result its call: vendors refuse a conversation in which anything stands between the
 * two. Results of one message may come in any order.
 */
export const checkCallOrder = (messages: readonly Message[], findings: Findings): void => {
  const earlier = new Set<string>();
  let open: OpenCalls = new Map();
  for (const [index, message] of messages.entries()) {
    if (findings.hasEnough) return;
    if (message.role === 'tool') {
      const call = open.get(message.callId);
      if (call === undefined) refuseResult(message.callId, index, { earlier, findings });
      else if (call.count === 1) open.delete(message.callId);
      else call.count -= 1;
      continue;
    }
    refuseOpen(open, findings);
    open = message.role === 'assistant' ? callsOf(message, index) : new Map();
    if (message.role === 'assistant')
      for (const part of message.parts) if (part.type === 'tool-call') earlier.add(part.callId);
  }
  refuseOpen(open, findings);
};

const refuseResult = (
  callId: string,
  index: number,
  { earlier, findings }: { readonly earlier: ReadonlySet<string>; readonly findings: Findings },
): void => {
  const path = ['input', 'messages', String(index), 'tool', 'callId'];
  if (!earlier.has(callId))
    findings.reject('INVALID_REQUEST', path, `No earlier assistant message has a tool call "${callId}".`, {
      allowed: [...earlier.values().take(MAX_LISTED)],
    });
  else
    findings.reject(
      'INVALID_REQUEST',
      path,
      `This result of the tool call "${callId}" does not stand right after the message with the call, or is a second one.`,
      { suggestion: SUGGESTION },
    );
};
