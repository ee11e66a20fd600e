import type Anthropic from '@anthropic-ai/sdk';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { takeNext } from '../../../../lib/ready-iterator.ts';
import { addUsage, type Usage } from '../../../../core/usage.ts';
import { type Batches, toReadyBatches } from '../../../shared/call/event-batches.ts';
import { unparsableArguments } from '../../../shared/reading/parse-arguments.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';
import { toText } from '../../../shared/reading/to-text.ts';
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
 * Reads one response up to its `message_stop` and gives its events in their order, those that came together in one batch. Returns how it ended; undefined when
 * it ended without a stop reason. Unknown events, deltas and blocks have no effect.
 * - Citations come when their text block has ended, because only then is its extent known.
 * - A call of a tool comes with the next block or the response's end, because output that is cut off (`length`,
 *   `content-filter`) may leave its last call half written: that one is no call. Anywhere else, a call whose arguments
 *   are no JSON throws `PROVIDER_FAILED`.
 * - Reasoning blocks are told apart by an empty line.
 * - Gateways leave out what the API itself never does: the start of a text, the end of a block, `message_stop` after the stop
 *   reason; they may give whole blocks in `message_start`.
 */
export async function* readEvents(
  batches: Batches<Anthropic.RawMessageStreamEvent>,
  turn: Turn,
  usageBefore: Usage | null,
  context: ReadingContext,
): AsyncGenerator<readonly StreamEvent[], ResponseEnd | undefined> {
  const reader = new ResponseReader(turn, usageBefore, context);
  const source = toReadyBatches(batches);
  for (let batch = await takeNext(source); batch !== undefined; batch = await takeNext(source)) {
    const read = readBatch(reader, batch);
    if (read.events.length > 0) yield read.events;
    if ('failure' in read) throw read.failure;
    if (read.end !== undefined) return read.end;
  }
  if (!reader.hasStopped) return undefined;
  // Left out by a gateway.
  const read = readBatch(reader, [{ type: 'message_stop' }]);
  yield read.events;
  if ('failure' in read) throw read.failure;
  return read.end;
}

/** What the events of one batch say, up to `message_stop`; a failure is told after what came before it. */
type ReadBatch =
  | { readonly events: readonly StreamEvent[]; readonly end?: ResponseEnd }
  | { readonly events: readonly StreamEvent[]; readonly failure: unknown };

const readBatch = (reader: ResponseReader, batch: readonly Anthropic.RawMessageStreamEvent[]): ReadBatch => {
  const events: StreamEvent[] = [];
  try {
    for (const given of batch) {
      for (const event of reader.read(given)) events.push(event);
      if (given.type !== 'message_stop') continue;
      const ending = reader.end();
      let item = ending.next();
      for (; item.done !== true; item = ending.next()) events.push(item.value);
      return { events, end: item.value };
    }
    return { events };
  } catch (failure) {
    return { events, failure };
  }
};

interface HeldBlock {
  readonly closed: ClosedBlock;
  readonly startIndex: number;
}

class ResponseReader {
  readonly #turn: Turn;
  readonly #usageBefore: Usage | null;
  readonly #context: ReadingContext;
  readonly #open = new Map<number, OpenBlock>();
  #tellsStarts = false;
  #held: HeldBlock | undefined;
  #reported: ReportedUsage = {};
  #stopReason: Anthropic.StopReason | null = null;
  #stopDetails: Anthropic.RefusalStopDetails | null = null;
  #containerId: string | null = null;

  constructor(turn: Turn, usageBefore: Usage | null, context: ReadingContext) {
    this.#turn = turn;
    this.#usageBefore = usageBefore;
    this.#context = context;
  }

  get hasStopped(): boolean {
    return this.#stopReason !== null;
  }

  *read(event: Anthropic.RawMessageStreamEvent): Generator<StreamEvent> {
    switch (event.type) {
      case 'message_start':
        return yield* this.#start(event.message);
      case 'content_block_start':
        this.#tellsStarts = true;
        return yield* this.#openBlock(event.index, event.content_block);
      case 'content_block_delta': {
        const block = this.#open.get(event.index) ?? this.#openUntold(event);
        if (block !== undefined) yield* readDelta(block, event.delta, this.#turn);
        return;
      }
      case 'content_block_stop':
        return yield* this.#closeBlock(event.index);
      case 'message_delta': {
        this.#reported = mergeUsage(this.#reported, event.usage);
        const { stop_reason, stop_details, container } = event.delta ?? {};
        this.#stopReason = stop_reason ?? this.#stopReason;
        this.#stopDetails = stop_details ?? this.#stopDetails;
        this.#containerId = container?.id ?? this.#containerId;
        yield* this.#release();
        yield { type: 'usage', usage: this.#usage() };
        return;
      }
      case 'message_stop':
        return;
    }
  }

  *end(): Generator<StreamEvent, ResponseEnd> {
    for (const index of this.#open.keys()) yield* this.#closeBlock(index);
    yield* this.#release();
    return {
      stopReason: this.#stopReason,
      stopDetails: this.#stopDetails,
      containerId: this.#containerId,
      usage: this.#usage(),
    };
  }

  *#start(message: Partial<Anthropic.Message> | undefined): Generator<StreamEvent> {
    this.#reported = mergeUsage(this.#reported, message?.usage);
    this.#stopReason = message?.stop_reason ?? null;
    yield { type: 'usage', usage: this.#usage() };
    for (const [index, block] of (message?.content ?? []).entries()) {
      yield* this.#openBlock(index, block);
      yield* this.#closeBlock(index);
    }
  }

  *#openBlock(index: number, content: Anthropic.ContentBlock): Generator<StreamEvent> {
    yield* this.#release();
    const block = openBlock(this.#identify(content), this.#turn.textLength);
    this.#open.set(index, block);
    yield* readText(block, block.text, this.#turn);
  }

  #identify(content: Anthropic.ContentBlock): Anthropic.ContentBlock {
    return content.type === 'tool_use' ? { ...content, id: this.#turn.callIds.claim(content.id) } : content;
  }

  /**
   * The block of a delta where the gateway tells no starts: what it is, the delta says; a call cannot begin without its name.
   * Where it does, a delta of no block is none.
   */
  #openUntold({ index, delta }: Anthropic.RawContentBlockDeltaEvent): OpenBlock | undefined {
    const content = UNTOLD_BLOCKS.get(delta.type);
    if (this.#tellsStarts || content === undefined) return undefined;
    const block = openBlock(content, this.#turn.textLength);
    this.#open.set(index, block);
    return block;
  }

  *#closeBlock(index: number): Generator<StreamEvent> {
    const block = this.#open.get(index);
    if (block === undefined) return;
    this.#open.delete(index);
    yield* this.#release();
    this.#held = { closed: closeBlock(block), startIndex: block.startIndex };
    if (!isCall(block.block)) yield* this.#release();
  }

  *#release(): Generator<StreamEvent> {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    const { closed, startIndex } = held;
    if (wasCut(this.#stopReason) && !isWhole(closed)) return;
    if (closed.type === 'broken')
      throw unparsableArguments(closed.call, this.#context.provider, this.#context.log);
    yield* this.#turn.take(closed.block, startIndex);
  }

  #usage(): Usage {
    return addUsage(this.#usageBefore, toUsage(this.#reported));
  }
}

const UNTOLD_BLOCKS: ReadonlyMap<string, Anthropic.ContentBlock> = new Map<string, Anthropic.ContentBlock>([
  ['text_delta', { type: 'text', text: '', citations: null }],
  ['thinking_delta', { type: 'thinking', thinking: '', signature: '' }],
]);

const isCall = ({ type }: Anthropic.ContentBlock): boolean =>
  type === 'tool_use' || type === 'server_tool_use';

/** A call without input may be whole, for a tool without parameters, or cut before its first character. */
const isWhole = (closed: ClosedBlock): boolean => closed.type === 'whole' && closed.hasInput;

const wasCut = (stopReason: Anthropic.StopReason | null): boolean =>
  ['length', 'content-filter'].includes(mapFinishReason(stopReason));

/** A delta as the API sends it, or, behind a gateway, a text without its type. */
type Delta = Anthropic.RawContentBlockDelta | { readonly type?: undefined; readonly text?: string };

function* readDelta(open: OpenBlock, delta: Delta, turn: Turn): Generator<StreamEvent> {
  switch (delta.type) {
    case undefined: // left out by a gateway: the block says what it is
    case 'text_delta':
      return yield* addText(open, delta.text, turn);
    case 'thinking_delta':
      return yield* addText(open, delta.thinking, turn);
    case 'signature_delta':
      open.signature += toText(delta.signature);
      return;
    case 'citations_delta':
      open.citations.push(delta.citation);
      return;
    case 'input_json_delta':
      return yield* addArguments(open, delta.partial_json);
  }
}

function* addText(open: OpenBlock, given: unknown, turn: Turn): Generator<StreamEvent> {
  const text = toText(given);
  open.text += text;
  yield* readText(open, text, turn);
}

function* addArguments(open: OpenBlock, given: unknown): Generator<StreamEvent> {
  const argumentsDelta = toText(given);
  open.json += argumentsDelta;
  const { block } = open;
  if (block.type === 'tool_use' && argumentsDelta !== '')
    yield { type: 'tool-call-delta', callId: block.id, name: block.name, argumentsDelta };
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
