import { createHash } from 'node:crypto';
import type { AssistantMessage, Message } from '../../core/message.ts';
import type { CallIdRule } from '../../core/model-config.ts';
import { createUniqueNames } from '../../lib/unique-names.ts';

const FITTING: Readonly<Record<CallIdRule, RegExp>> = {
  any: /^[^]{1,64}$/,
  word: /^[\w-]{1,64}$/,
  short: /^[\w-]{1,40}$/,
  nine: /^[A-Za-z0-9]{9}$/,
};

interface PendingIds {
  readonly ids: string[];
  next: number;
}

/**
 * The same conversation with ids of tool calls that the API takes, each for one call of the conversation: an id that another
 * vendor made may not fit, and servers that count calls from 0 use the same one in every turn. A call and its result are
 * given the same id, and the same conversation the same ids, so that a vendor's cache of its beginning holds. Ids that fit
 * stay as they are; the messages themselves where all of them do.
 */
export const toVendorCallIds = (messages: readonly Message[], rule: CallIdRule): readonly Message[] => {
  const names = createUniqueNames((given, count) => toFitting(given, rule, count));
  /** The ids that stand for one that was given, in the order of its calls; each result takes the next. */
  const pending = new Map<string, PendingIds>();
  let hasChanged = false;

  const claim = (given: string): string => {
    const id = names.claim(given);
    hasChanged ||= id !== given;
    const known = pending.get(given);
    if (known === undefined) pending.set(given, { ids: [id], next: 0 });
    else known.ids.push(id);
    return id;
  };

  const translateCalls = (message: AssistantMessage): AssistantMessage => {
    // A turn that uses an id again begins anew with it.
    for (const part of message.parts) if (part.type === 'tool-call') pending.delete(part.callId);
    return {
      ...message,
      parts: message.parts.map((part) =>
        part.type === 'tool-call' ? { ...part, callId: claim(part.callId) } : part,
      ),
    };
  };

  const findResultId = (given: string): string => {
    const known = pending.get(given);
    if (known === undefined) return given;
    const id = known.ids[known.next] ?? given;
    // The last one stands for further results.
    if (known.next < known.ids.length - 1) known.next += 1;
    return id;
  };

  const translated = messages.map((message): Message => {
    if (message.role === 'assistant') return translateCalls(message);
    return message.role === 'tool' ? { ...message, callId: findResultId(message.callId) } : message;
  });
  return hasChanged ? translated : messages;
};

/** `count`: how many ids made of the same one are taken already. */
const toFitting = (given: string, rule: CallIdRule, count: number): string => {
  if (count === 0 && FITTING[rule].test(given)) return given;
  if (rule === 'nine') return toNine(`${given}\n${count}`);
  const longest = rule === 'short' ? 40 : 64;
  const plain = rule === 'any' ? given : given.replace(/[^\w-]/g, '_');
  const short = plain.length > longest - 4 ? `${plain.slice(0, 20)}_${toNine(given)}` : plain;
  return count === 0 ? short || toNine(given) : `${short}_${count + 1}`;
};

/** Nine letters and digits that stand for a text. */
const toNine = (text: string): string =>
  BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)
    .toString(36)
    .slice(0, 9)
    .padEnd(9, '0');
