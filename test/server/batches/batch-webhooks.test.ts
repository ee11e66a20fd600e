import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { request, startApp } from '../../support/app/app.ts';
import { SUBMIT_BATCH } from '../../support/app/batches.ts';
import { answerOf, createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { usageOf } from '../../services/generations/run/run-harness.ts';
import { startUpstream } from '../../support/upstream/upstream-server.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four bytes, or of more').toString('base64')}`;

test('a batch that is submitted here is told of when it has ended, again until it is taken', async () => {
  await using receiver = await startUpstream(({ response }) => {
    response.writeHead(receiver.requests.length === 1 ? 500 : 200).end();
  });
  const webhook = { url: `${receiver.origin}/hook`, secret: SECRET, allowPrivate: true };
  const timing = { webhookTiming: { pollMs: 20, firstRetryMs: 1, maxRetryMs: 1 } };
  const tokens = usageOf(1, 2);
  const usage = { ...tokens, billing: { amountUsd: 0.5 } };
  const toy = createToy(answerOf(textDelta('Hi'), finishEvent({ usage })));
  await using app = await startApp({ webhook }, { ...toyOverrides(toy), ...timing });
  const requests = ['a', 'b'].map((customId) => ({ customId, input: { model: 'toy', prompt: 'Hi' } }));
  const { data } = await request(app, SUBMIT_BATCH, { input: { requests } });
  const [first, second] = [await receiver.request(0), await receiver.request(1)];
  expect([second.body, second.headers['webhook-id']]).toEqual([first.body, first.headers['webhook-id']]);
  const headers = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [
      name,
      String(second.headers[name]),
    ]),
  );
  expect(new Webhook(SECRET).verify(second.body, headers)).toMatchObject({
    type: 'batch.completed',
    data: {
      id: data.submitBatch.id,
      principalId: 'local',
      counts: { total: 2, succeeded: 2 },
      cost: { total: 1, source: 'provider', toolFees: [] },
    },
  });
  const { usage: reported } = JSON.parse(second.body).data;
  expect(reported).toEqual({ ...tokens, inputTokens: 2, outputTokens: 4, totalTokens: 6 });
});
