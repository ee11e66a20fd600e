import type Anthropic from '@anthropic-ai/sdk';

/** A whole answer as the events of a stream in which every block is complete when it starts. */
export function* readResponse(message: Anthropic.Message): Generator<Anthropic.RawMessageStreamEvent> {
  yield { type: 'message_start', message: { ...message, content: [] } };
  for (const [index, content_block] of message.content.entries()) {
    yield { type: 'content_block_start', index, content_block };
    yield { type: 'content_block_stop', index };
  }
  const { stop_reason, stop_sequence, stop_details, container, usage } = message;
  yield { type: 'message_delta', delta: { stop_reason, stop_sequence, stop_details, container }, usage };
  yield { type: 'message_stop' };
}
