import { expect, test } from 'vitest';
import { createReplayOrder } from '../../../../../src/providers/text/openai-compatible/responses/replay-items.ts';

const toReasoning = (id: string) => ({ type: 'reasoning', id, summary: [], encrypted_content: 'x' });

test('the order of a turn of thousands of items is kept in linear time', () => {
  const order = createReplayOrder();
  for (let index = 0; index < 4_000; index += 1) {
    order.add(toReasoning(`rs_${index}`));
    order.add({ type: 'web_search_call', id: `ws_${index}`, status: 'completed' });
  }
  order.add({ type: 'message', content: 'Hello' });
  order.add(toReasoning('rs'));
  order.add({ type: 'message', content: 'again' });
  const state = order.state();
  expect(state).toHaveLength(8_003);
  expect(state).toMatchObject({
    8_000: { type: 'message', length: 5 },
    8_002: { type: 'message', length: 5 },
  });
});
