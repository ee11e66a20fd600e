import { setImmediate } from 'node:timers/promises';
import type { StreamEvent } from '../../src/core/stream-event.ts';
import { createToy, finishEvent, type Toy, toyOverrides } from '../support/app/toy-provider.ts';
import type { AppOverrides } from '../../src/app.ts';

/** A toy that writes a long answer, reasoning first, and lets everything else run between its pieces. */
export const createWritingToy = (
  pieces: number,
): Toy & { readonly overrides: AppOverrides; readonly text: string } => {
  const wordOf = (index: number): string => `piece ${index} – ${'é'.repeat(index % 5)}\n`;
  const toy = createToy(async function* (): AsyncGenerator<StreamEvent> {
    for (let index = 0; index < 10; index += 1) yield { type: 'reasoning-delta', text: `thought ${index} ` };
    for (let index = 0; index < pieces; index += 1) {
      await setImmediate();
      yield { type: 'text-delta', text: wordOf(index) };
    }
    yield finishEvent();
  });
  return {
    ...toy,
    calls: toy.calls,
    text: Array.from({ length: pieces }, (_, index) => wordOf(index)).join(''),
    overrides: toyOverrides(toy, { toy: { reasoning: { type: 'always' } } }),
  };
};
