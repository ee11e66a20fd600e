import type { FunctionCall, Part } from '@google/genai/web';
import { ProviderError } from '../../../../core/errors.ts';
import type { JsonValue } from '../../../../core/json.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { ProviderLog } from '../../../../core/text-provider.ts';
import { createCallIds } from '../../../shared/reading/call-ids.ts';
import { findArguments } from '../../../shared/reading/parse-arguments.ts';
import { createPartialArguments, type PartialArguments } from './partial-arguments.ts';

/** The client-side calls of one turn. */
export interface FunctionCalls {
  /** The events of one function call part: of a whole call, or of a piece of the one that is open. */
  read(call: FunctionCall, signature: string | null): StreamEvent[];
  /** How many are complete. */
  count(): number;
  /** Throws `PROVIDER_FAILED` if a call was begun and never completed. */
  assertComplete(): void;
}

interface OpenCall {
  readonly callId: string;
  readonly name: string;
  signature: string | null;
  readonly partial: PartialArguments;
  /** The beginning of the arguments' JSON that deltas have given. */
  sent: string;
  /** Characters of JSON written to find what deltas give. */
  written: number;
}

export interface FunctionCallsOptions {
  readonly log: ProviderLog;
  readonly mintId: () => string;
  /** Takes every completed call in the form in which a later request sends it back. */
  readonly onComplete: (part: Part) => void;
}

/**
 * A call arrives whole, or in pieces one call after the other: named first, then its arguments value by value, with
 * `willContinue` on all but the last piece. Deltas add up to the JSON of the arguments either way.
 */
export const createFunctionCalls = ({ log, mintId, onComplete }: FunctionCallsOptions): FunctionCalls => {
  const ids = createCallIds();
  let open: OpenCall | null = null;
  let completed = 0;

  const unusable = (call: OpenCall, why: string): ProviderError => {
    log.warn(
      {
        provider: 'gemini',
        callId: call.callId,
        tool: call.name,
        arguments: JSON.stringify(call.partial.value()),
        why,
      },
      'a tool call has arguments that cannot be put together',
    );
    return new ProviderError('PROVIDER_FAILED', {
      provider: 'gemini',
      vendorMessage: `the arguments of the tool call ${call.name} cannot be put together`,
    });
  };
  const complete = (call: OpenCall, args: JsonValue): StreamEvent[] => {
    open = null;
    completed += 1;
    const { callId, name, signature, sent } = call;
    const json = JSON.stringify(args);
    // A value that was replaced after its delta cannot be taken back; the call itself has the right one.
    const rest = json.startsWith(sent) ? json.slice(sent.length) : '';
    onComplete({
      functionCall: { id: callId, name, args: args as Record<string, unknown> },
      ...(signature !== null && { thoughtSignature: signature }),
    });
    const toolCall = { callId, name, arguments: args, builtIn: false, result: null, opaque: signature };
    return [...toDelta(call, rest), { type: 'tool-call', toolCall }];
  };

  return {
    read({ id, name, args, partialArgs, willContinue }, signature) {
      if (name !== undefined && name !== '') {
        if (open !== null) throw unusable(open, 'the next call began before this one was complete');
        open = {
          callId: ids.claim(id || mintId()),
          name,
          signature,
          partial: createPartialArguments(),
          sent: '',
          written: 0,
        };
      }
      if (open === null) return [];
      open.signature ??= signature;
      for (const partial of partialArgs ?? []) {
        try {
          open.partial.add(partial);
        } catch (error) {
          throw unusable(open, error instanceof Error ? error.message : String(error));
        }
      }
      if (willContinue !== true) return complete(open, toArguments(args, open) ?? open.partial.value());
      return (partialArgs?.length ?? 0) === 0 ? [] : toCertainDelta(open);
    },
    count: () => completed,
    assertComplete() {
      if (open !== null) throw unusable(open, 'the turn ended before it was complete');
    },
  };
};

/** A gateway may give the JSON of the arguments as text. */
const toArguments = (args: unknown, { callId, name }: OpenCall): JsonValue | null | undefined =>
  typeof args === 'string'
    ? findArguments({ callId, name, arguments: args })
    : (args as JsonValue | null | undefined);

const toDelta = ({ callId, name }: OpenCall, argumentsDelta: string): StreamEvent[] =>
  argumentsDelta === '' ? [] : [{ type: 'tool-call-delta', callId, name, argumentsDelta }];

/**
 * All arguments so far are written anew for each piece of them. Beyond so many characters no more deltas are given: what is
 * left comes with the call.
 */
const MAX_WRITTEN = 64 * 1024 * 1024;

/** What of the arguments is certain by now, beyond what deltas have given. */
const toCertainDelta = (call: OpenCall): StreamEvent[] => {
  if (call.written > MAX_WRITTEN) return [];
  const json = JSON.stringify(call.partial.value());
  call.written += json.length;
  const certain = certainPartOf(json);
  if (!certain.startsWith(call.sent)) return [];
  const delta = certain.slice(call.sent.length);
  call.sent = certain;
  return toDelta(call, delta);
};

/** What will still stand when more values follow: all but the closing brackets and quotes. */
const certainPartOf = (json: string): string => json.replace(/[\]}"]+$/, '');
