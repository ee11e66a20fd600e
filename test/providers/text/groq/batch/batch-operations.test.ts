import { expect, test } from 'vitest';
import { GROQ_MODELS } from '../../../../../config/providers/groq/models.ts';
import { connectGroq } from '../../../../../src/providers/text/groq/provider.ts';
import { sendJson, startUpstream } from '../../../../support/upstream/upstream-server.ts';
import { toArray } from '../../../../support/to-array.ts';
import {
  connectBatches,
  pathOf,
  readUpload,
  twoRequests,
} from '../../openai-compatible/batch/batch-harness.ts';
import { createConnection, never } from '../../openai/openai-harness.ts';
import { COMPLETION, GROQ_BATCH, OUTPUT } from '../fixtures/hand-made-batch.ts';

test('a batch of chat completions goes from its requests to its results', async () => {
  const config = GROQ_MODELS['gpt-oss-20b'];
  if (config === undefined) throw new Error('no such model');
  await using upstream = await startUpstream((request) => {
    switch (pathOf(request)) {
      case 'POST /openai/v1/files':
        return sendJson(request, { id: 'file_01groq', object: 'file', purpose: 'batch' });
      case 'POST /openai/v1/batches':
        return sendJson(request, { ...GROQ_BATCH, status: 'validating' });
      case 'GET /openai/v1/batches/batch_01groq':
        return sendJson(request, GROQ_BATCH);
      case 'GET /openai/v1/files/file_02groq/content':
        request.response.writeHead(200, { 'content-type': 'text/plain' });
        request.response.end(OUTPUT);
        return;
      case 'POST /openai/v1/chat/completions':
        return sendJson(request, COMPLETION);
      default:
        return sendJson(request, { error: { message: 'unknown' } }, { status: 404 });
    }
  });
  const baseUrl = `${upstream.origin}/openai/v1`;
  const batches = connectBatches(connectGroq, config, baseUrl);
  const options = { signal: never() };

  const { id } = await batches.submit(twoRequests(), { key: 'key-1', ...options });
  expect(await batches.poll(id, options)).toMatchObject({ outcome: 'completed', counts: { total: 2 } });
  expect(await toArray(batches.results(id, options))).toMatchObject([
    {
      customId: 'second',
      status: 'succeeded',
      result: { text: 'Zürich', reasoning: 'Swiss.', usage: { inputTokens: 12, reasoningTokens: 4 } },
    },
    { customId: 'first', status: 'failed', error: { code: 'PROVIDER_OVERLOADED', provider: 'groq' } },
  ]);

  const [uploaded, created] = upstream.requests;
  if (uploaded === undefined || created === undefined) throw new Error('requests are missing');
  const upload = await readUpload(uploaded);
  expect(upload.fields).toEqual({ purpose: 'batch' });
  expect(upload.lines.map(({ url }) => url)).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
  expect(JSON.parse(created.body)).toMatchObject({
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  });

  const before = upstream.requests.length;
  const provider = connectGroq(createConnection(baseUrl))(config);
  for await (const { request } of twoRequests()) await provider.generate(request, options);
  expect(upload.lines.map(({ body }) => body)).toEqual(
    upstream.requests.slice(before).map(({ body }) => JSON.parse(body) as unknown),
  );
});
