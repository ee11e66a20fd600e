import type Anthropic from '@anthropic-ai/sdk';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { addUsage, type Usage } from '../../../../core/usage.ts';
import { type Batches, toIterator } from '../../../shared/call/event-batches.ts';
import { unparsableArguments } from '../../../shared/reading/parse-arguments.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';
import { mapFinishReason } from './map-finish-reason.ts';
import { type ClosedBlock, closeBlock, type OpenBlock, openBlock } from './open-block.ts';
import { mergeUsage, type ReportedUsage, toUsage } from './to-usage.ts';
import type { Turn } from './turn.ts';

/** How a response ended, once its `message_stop` has come. */
export interface ResponseEnd {
  readonly stopReason: Anthropic.StopReason | null;
  readonly stopDetails: Anthropic.RefusalStopDetails | null;
  /** The container in which the vendor ran code: going on with the turn needs it. */
  readonly containerId: string | null;
  /** Of the turn so far, this response included. */
  readonly usage: Usage;
}

/**
 * Reads one response up to its `message_stop` and gives its events in their order. Returns how it ended; undefined when
 * it ended without `message_stop`. Unknown events, deltas and blocks have no effect.
 * - Citations come when their text block has ended, because only then is its extent known.
 * - A call of a tool comes with the next block or the response's end, because output that is cut off (`length`,
 *   `content-filter`) may leave its last call half written: that one is no call. Anywhere else, a call whose arguments
 *   are no JSON throws `PROVIDER_FAILED`.
 * - Reasoning blocks are told apart by an empty line.
 */
export async function* readEvents(
  batches: Batches<Anthropic.RawMessageStreamEvent>,
  turn: Turn,
  usageBefore: Usage | null,
  context: ReadingContext,
): AsyncGenerator<StreamEvent, ResponseEnd | undefined> {
  const open = new Map<number, OpenBlock>();
  let held: { readonly closed: ClosedBlock; readonly startIndex: number } | undefined;
  let reported: ReportedUsage = {};
  let stopReason: Anthropic.StopReason | null = null;
  let stopDetails: Anthropic.RefusalStopDetails | null = null;
  let containerId: string | null = null;
  const usage = (): Usage => addUsage(usageBefore, toUsage(reported));
  const release = function* (): Generator<StreamEvent> {
    if (held === undefined) return;
    const { closed, startIndex } = held;
    held = undefined;
    if (closed.type === 'broken') throw unparsableArguments(closed.call, context.provider, context.log);
    yield* turn.take(closed.block, startIndex);
  };

  const iterator = toIterator(batches);
  for (let item = await iterator.next(); item.done !== true; item = await iterator.next())
    for (const event of item.value)
      switch (event.type) {
        case 'message_start':
          reported = mergeUsage(reported, event.message.usage ?? {});
          yield { type: 'usage', usage: usage() };
          break;
        case 'content_block_start': {
          yield* release();
          const block = openBlock(event.content_block, turn.textLength);
          open.set(event.index, block);
          yield* readText(block, block.text, turn);
          break;
        }
        case 'content_block_delta': {
          const block = open.get(event.index);
          if (block !== undefined) yield* readDelta(block, event.delta, turn);
          break;
        }
        case 'content_block_stop': {
          const block = open.get(event.index);
          if (block === undefined) break;
          open.delete(event.index);
          yield* release();
          held = { closed: closeBlock(block), startIndex: block.startIndex };
          if (!isCall(block.block)) yield* release();
          break;
        }
        case 'message_delta': {
          reported = mergeUsage(reported, event.usage ?? {});
          stopReason = event.delta.stop_reason ?? stopReason;
          stopDetails = event.delta.stop_details ?? stopDetails;
          containerId = event.delta.container?.id ?? containerId;
          if (wasCut(stopReason) && held !== undefined && !isWhole(held.closed)) held = undefined;
          yield* release();
          yield { type: 'usage', usage: usage() };
          break;
        }
        case 'message_stop':
          yield* release();
          return { stopReason, stopDetails, containerId, usage: usage() };
      }
  return undefined;
}

const isCall = ({ type }: Anthropic.ContentBlock): boolean =>
  type === 'tool_use' || type === 'server_tool_use';

/** A call without input may be whole, for a tool without parameters, or cut before its first character. */
const isWhole = (closed: ClosedBlock): boolean => closed.type === 'whole' && closed.hasInput;

const wasCut = (stopReason: Anthropic.StopReason | null): boolean =>
  ['length', 'content-filter'].includes(mapFinishReason(stopReason));

function* readDelta(
  open: OpenBlock,
  delta: Anthropic.RawContentBlockDelta,
  turn: Turn,
): Generator<StreamEvent> {
  switch (delta.type) {
    case 'text_delta':
      open.text += delta.text;
      yield* readText(open, delta.text, turn);
      break;
    case 'thinking_delta':
      open.text += delta.thinking;
      yield* readText(open, delta.thinking, turn);
      break;
    case 'signature_delta':
      open.signature += delta.signature;
      break;
    case 'citations_delta':
      open.citations.push(delta.citation);
      break;
    case 'input_json_delta':
      open.json += delta.partial_json;
      if (open.block.type === 'tool_use' && delta.partial_json !== '')
        yield {
          type: 'tool-call-delta',
          callId: open.block.id,
          name: open.block.name,
          argumentsDelta: delta.partial_json,
        };
      break;
  }
}

function* readText({ block, text: soFar }: OpenBlock, text: string, turn: Turn): Generator<StreamEvent> {
  if (text === '') return;
  if (block.type === 'text') {
    turn.textLength += text.length;
    yield { type: 'text-delta', text };
  } else if (block.type === 'thinking') {
    const isNextBlock = turn.hasReasoning && soFar.length === text.length;
    turn.hasReasoning = true;
    yield { type: 'reasoning-delta', text: isNextBlock ? `\n\n${text}` : text };
  }
}
