import type { ReasoningTags } from '../../../../core/model-config.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { type Piece, ReasoningSplitter } from './reasoning-splitter.ts';

/**
 * The same events, with the reasoning that a server leaves in the text told apart, without its tags and the space that
 * follows them. Where the text was cut into deltas makes no difference.
 * - `true`: a text that begins with an opening tag is reasoning up to the closing one. In a text that begins otherwise a
 *   closing tag says that the chat template has opened it, in the prompt: everything before it is reasoning. Such a text is
 *   held until the tag, a tool call or the end has come.
 * - `opened`: the chat template always opens it. The text is reasoning up to the closing tag, as it comes.
 * Tags further on stay in the text. A server that sends reasoning in a field of its own has no tags.
 */
export async function* separateReasoning(
  events: AsyncIterable<StreamEvent>,
  tags: Exclude<ReasoningTags, false> = true,
): AsyncGenerator<StreamEvent> {
  const splitter = new ReasoningSplitter(tags);
  try {
    for await (const event of events) {
      if (event.type === 'text-delta') {
        yield* toEvents(splitter.add(event.text));
        continue;
      }
      if (event.type === 'reasoning-delta') yield* toEvents(splitter.stop());
      if (event.type === 'tool-call-delta' || event.type === 'tool-call' || event.type === 'finish')
        yield* toEvents(splitter.flush());
      yield event;
    }
  } catch (error) {
    yield* toEvents(splitter.flush());
    throw error;
  }
  yield* toEvents(splitter.flush());
}

const toEvents = (pieces: readonly Piece[]): readonly Piece[] => pieces.filter(({ text }) => text !== '');
