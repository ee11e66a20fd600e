import type Anthropic from '@anthropic-ai/sdk';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { addUsage, type Usage } from '../../../../core/usage.ts';
import { unparsableArguments } from '../../../shared/reading/parse-arguments.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';
import { toText } from '../../../shared/reading/to-text.ts';
import { mapFinishReason } from './map-finish-reason.ts';
import { type ClosedBlock, closeBlock, type OpenBlock, openBlock } from './open-block.ts';
import { mergeUsage, type ReportedUsage, toUsage } from './to-usage.ts';
import type { Turn } from './turn.ts';

/** How a response ended. */
export interface ResponseEnd {
  readonly stopReason: Anthropic.StopReason | null;
  readonly stopDetails: Anthropic.RefusalStopDetails | null;
  /** The container in which the vendor ran code: going on with the turn needs it. */
  readonly containerId: string | null;
  /** Of the turn so far, this response included. */
  readonly usage: Usage;
}

interface HeldBlock {
  readonly closed: ClosedBlock;
  readonly startIndex: number;
}

/**
 * Reads one response up to its `message_stop`. Unknown events, deltas and blocks have no effect.
 * - Citations come when their text block has ended, because only then is its extent known.
 * - A call of a tool comes with the next block or the response's end, because output that is cut off (`length`,
 *   `content-filter`) may leave its last call half written: that one is no call. Anywhere else, a call whose arguments
 *   are no JSON throws `PROVIDER_FAILED`.
 * - Reasoning blocks are told apart by an empty line.
 * - Gateways leave out what the API itself never does: the start of a text, the end of a block, `message_stop` after the stop
 *   reason; they may give whole blocks in `message_start`.
 */
export class ResponseReader {
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
  #hasStopped = false;

  constructor(turn: Turn, usageBefore: Usage | null, context: ReadingContext) {
    this.#turn = turn;
    this.#usageBefore = usageBefore;
    this.#context = context;
  }

  /** Whether `message_stop` has come. */
  get hasStopped(): boolean {
    return this.#hasStopped;
  }

  /** Whether it is whole: also where a gateway leaves `message_stop` out. */
  get isWhole(): boolean {
    return this.#hasStopped || this.#stopReason !== null;
  }

  /** Adds what a payload says to the events. */
  read(payload: Anthropic.RawMessageStreamEvent, events: StreamEvent[]): void {
    switch (payload.type) {
      case 'message_start':
        return this.#start(payload.message, events);
      case 'content_block_start':
        this.#tellsStarts = true;
        return this.#openBlock(payload.index, payload.content_block, events);
      case 'content_block_delta': {
        const block = this.#open.get(payload.index) ?? this.#openUntold(payload);
        if (block !== undefined) readDelta(block, payload.delta, this.#turn, events);
        return;
      }
      case 'content_block_stop':
        return this.#closeBlock(payload.index, events);
      case 'message_delta': {
        this.#reported = mergeUsage(this.#reported, payload.usage);
        const { stop_reason, stop_details, container } = payload.delta ?? {};
        this.#stopReason = stop_reason ?? this.#stopReason;
        this.#stopDetails = stop_details ?? this.#stopDetails;
        this.#containerId = container?.id ?? this.#containerId;
        this.#release(events);
        events.push({ type: 'usage', usage: this.#usage() });
        return;
      }
      case 'message_stop':
        this.#hasStopped = true;
    }
  }

  /** Adds what is still held to the events. Gives how the response ended. */
  end(events: StreamEvent[]): ResponseEnd {
    for (const index of this.#open.keys()) this.#closeBlock(index, events);
    this.#release(events);
    return {
      stopReason: this.#stopReason,
      stopDetails: this.#stopDetails,
      containerId: this.#containerId,
      usage: this.#usage(),
    };
  }

  #start(message: Partial<Anthropic.Message> | undefined, events: StreamEvent[]): void {
    this.#reported = mergeUsage(this.#reported, message?.usage);
    this.#stopReason = message?.stop_reason ?? null;
    events.push({ type: 'usage', usage: this.#usage() });
    for (const [index, block] of (message?.content ?? []).entries()) {
      this.#openBlock(index, block, events);
      this.#closeBlock(index, events);
    }
  }

  #openBlock(index: number, content: Anthropic.ContentBlock, events: StreamEvent[]): void {
    this.#release(events);
    const block = openBlock(this.#identify(content), this.#turn.textLength);
    this.#open.set(index, block);
    readText(block, block.text, this.#turn, events);
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

  #closeBlock(index: number, events: StreamEvent[]): void {
    const block = this.#open.get(index);
    if (block === undefined) return;
    this.#open.delete(index);
    this.#release(events);
    this.#held = { closed: closeBlock(block), startIndex: block.startIndex };
    if (!isCall(block.block)) this.#release(events);
  }

  #release(events: StreamEvent[]): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    const { closed, startIndex } = held;
    if (wasCut(this.#stopReason) && !isWhole(closed)) return;
    if (closed.type === 'broken')
      throw unparsableArguments(closed.call, this.#context.provider, this.#context.log);
    this.#turn.take(closed.block, startIndex, events);
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

const readDelta = (open: OpenBlock, delta: Delta, turn: Turn, events: StreamEvent[]): void => {
  switch (delta.type) {
    case undefined: // left out by a gateway: the block says what it is
    case 'text_delta':
      return addText(open, delta.text, turn, events);
    case 'thinking_delta':
      return addText(open, delta.thinking, turn, events);
    case 'signature_delta':
      open.signature += toText(delta.signature);
      return;
    case 'citations_delta':
      open.citations.push(delta.citation);
      return;
    case 'input_json_delta':
      return addArguments(open, delta.partial_json, events);
  }
};

const addText = (open: OpenBlock, given: unknown, turn: Turn, events: StreamEvent[]): void => {
  const text = toText(given);
  open.text += text;
  readText(open, text, turn, events);
};

const addArguments = (open: OpenBlock, given: unknown, events: StreamEvent[]): void => {
  const argumentsDelta = toText(given);
  open.json += argumentsDelta;
  const { block } = open;
  if (block.type === 'tool_use' && argumentsDelta !== '')
    events.push({ type: 'tool-call-delta', callId: block.id, name: block.name, argumentsDelta });
};

const readText = (
  { block, text: soFar }: OpenBlock,
  text: string,
  turn: Turn,
  events: StreamEvent[],
): void => {
  if (text === '') return;
  if (block.type === 'text') {
    turn.textLength += text.length;
    events.push({ type: 'text-delta', text });
  } else if (block.type === 'thinking') {
    const isNextBlock = turn.hasReasoning && soFar.length === text.length;
    turn.hasReasoning = true;
    events.push({ type: 'reasoning-delta', text: isNextBlock ? `\n\n${text}` : text });
  }
};
