import { expect, test } from 'vitest';

interface Answer {
  stream(signal: AbortSignal, onAbort: () => void): ReadableStream;
}

test('aborting an answer whose reader has left stops and forgets nothing', async () => {
  // By its address: its types are of packages that a plain clone has not installed.
  const { href } = new URL('../../client/src/ai-sdk/chat-answer.ts', import.meta.url);
  const { ChatAnswer } = (await import(href)) as { ChatAnswer: new (options: object) => Answer };
  const calls: string[] = [];
  const handle = {
    events: async function* () {
      yield await new Promise(() => undefined);
    },
    detach: () => calls.push('detach'),
  };
  const controller = new AbortController();
  const answer = new ChatAnswer({ messageId: 'm', handle });
  const stream = answer.stream(controller.signal, () => calls.push('abort'));
  await stream.cancel();
  controller.abort();
  expect(calls).toEqual(['detach']);
});
