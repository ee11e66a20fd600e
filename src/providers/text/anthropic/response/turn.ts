import type Anthropic from '@anthropic-ai/sdk';
import type { JsonValue } from '../../../../core/json.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { createCallIds } from '../../../shared/reading/call-ids.ts';
import { toCallOpaque, toState } from '../request/replayed-blocks.ts';
import { toBuiltInCall } from './to-built-in-call.ts';
import { toCitation } from './to-citation.ts';

/**
 * What one turn of the model has said so far, over every response it takes: the vendor may pause a turn in which it
 * runs its own tools, and go on in the next response.
 */
export class Turn {
  /** UTF-16 code units of text so far. */
  textLength = 0;
  /** Whether any reasoning has been shown. */
  hasReasoning = false;
  /** Whether the turn asks the client to run a tool. */
  hasClientCalls = false;
  /** A gateway may give no id, or the same one to several calls. */
  readonly callIds = createCallIds();
  readonly #blocks: Anthropic.ContentBlock[] = [];
  /** Calls of the vendor's own tools whose result is still to come, by id. */
  readonly #running = new Map<string, Anthropic.ServerToolUseBlock>();

  /** Takes a block that is whole, and adds what it says to the events. */
  take(block: Anthropic.ContentBlock, startIndex: number, events: StreamEvent[]): void {
    const opaque = block.type === 'tool_use' ? toCallOpaque(this.#blocks) : null;
    this.#blocks.push(block);
    switch (block.type) {
      case 'text': {
        const place = { startIndex, endIndex: startIndex + block.text.length };
        for (const citation of block.citations ?? [])
          events.push({ type: 'citation', citation: toCitation(citation, place) });
        return;
      }
      case 'tool_use':
        this.hasClientCalls = true;
        events.push({
          type: 'tool-call',
          toolCall: {
            callId: block.id,
            name: block.name,
            arguments: block.input as JsonValue,
            builtIn: false,
            result: null,
            opaque,
          },
        });
        return;
      case 'server_tool_use':
        this.#running.set(block.id, block);
        return;
      default: {
        if (!('tool_use_id' in block)) return;
        const call = this.#running.get(block.tool_use_id);
        if (call === undefined) return;
        this.#running.delete(block.tool_use_id);
        events.push({ type: 'tool-call', toolCall: toBuiltInCall(call, block.content) });
      }
    }
  }

  /** Adds the calls of the vendor's own tools that never had a result. */
  end(events: StreamEvent[]): void {
    for (const call of this.#running.values())
      events.push({ type: 'tool-call', toolCall: toBuiltInCall(call, null) });
    this.#running.clear();
  }

  state(): JsonValue | null {
    return toState(this.#blocks);
  }

  /** The turn so far as the message that makes the API go on with it. Empty text is no content for the API. */
  toMessage(): Anthropic.MessageParam {
    const content = this.#blocks.filter((block) => block.type !== 'text' || block.text.trim() !== '');
    return { role: 'assistant', content };
  }
}
