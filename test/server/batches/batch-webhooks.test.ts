import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { request, startApp } from '../../support/app/app.ts';
import { SUBMIT_BATCH } from '../../support/app/batches.ts';
import { createToy, toyOverrides } from '../../support/app/toy-provider.ts';
import { startUpstream } from '../../support/upstream/upstream-server.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four bytes, or of more').toString('base64')}`;

test('a batch that is submitted here is told of when it has ended, again until it is taken', async () => {
  await using receiver = await startUpstream(({ response }) => {
    response.writeHead(receiver.requests.length === 1 ? 500 : 200).end();
  });
  const webhook = { url: `${receiver.origin}/hook`, secret: SECRET, allowPrivate: true };
  const timing = { webhookTiming: { pollMs: 20, firstRetryMs: 1, maxRetryMs: 1 } };
  await using app = await startApp({ webhook }, { ...toyOverrides(createToy()), ...timing });
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
    data: { id: data.submitBatch.id, principalId: 'local', counts: { total: 2, succeeded: 2 } },
  });
});
