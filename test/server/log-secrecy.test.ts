import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { startApp } from '../support/app/app.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION } from '../support/app/events.ts';
import {
  sendEventStream,
  sendJson,
  startUpstream,
  type UpstreamRequest,
} from '../support/upstream/upstream-server.ts';
import {
  ANSWERS,
  openEventStream,
  openRawSocket,
  type Operation,
  post,
  type Server,
} from '../support/app/clients.ts';
import { startServerProcess } from '../support/app/server-process.ts';

const PROMPT = 'prompt-marker-5821';
const SYSTEM = 'system-marker-4711';
const ANSWER = 'answer-marker-9034';
const PROVIDER_KEY = 'sk-test-marker-7265abcdef';
const CLIENT_KEY = 'mg_alice_marker6154abcdef';
const MARKER = /marker/;

const chunk = (delta: object, finishReason: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;

/** Answers one way after the other, each a way to let something slip. */
const answerInTurn = () => {
  const ways: ((exchange: UpstreamRequest) => void | Promise<void>)[] = [
    (exchange) =>
      sendEventStream(exchange, `${chunk({ content: ANSWER })}${chunk({}, 'stop')}data: [DONE]\n\n`),
    (exchange) =>
      sendJson(
        exchange,
        { error: { message: `Incorrect API key provided: ${PROVIDER_KEY}` } },
        { status: 401 },
      ),
    (exchange) =>
      sendJson(
        exchange,
        { error: { message: `Cannot take "${PROMPT}"`, param: 'messages' } },
        { status: 400 },
      ),
    (exchange) => sendJson(exchange, `<html>No luck with ${PROVIDER_KEY}</html>`, { status: 500 }),
    (exchange) => sendEventStream(exchange, chunk({ content: ANSWER })),
    (exchange) => sendEventStream(exchange, `${chunk({ content: ANSWER })}data: {"${ANSWER}\n\n`),
    (exchange) =>
      sendEventStream(
        exchange,
        `${chunk({ content: ANSWER })}data: {"error":{"message":"no more for ${PROVIDER_KEY}"}}\n\n`,
      ),
  ];
  let turn = 0;
  return (exchange: UpstreamRequest) => ways[turn++ % ways.length]?.(exchange);
};
const WAYS = 7;

const ask = (model: string): Operation['variables'] => ({ input: { model, prompt: PROMPT, system: SYSTEM } });
const QUERY_WITH_PROMPT = `mutation { generate(input: { model: "gpt-nought", prompt: "${PROMPT}" }) { id } }`;
const BROKEN = `mutation { generate(input: { model: "demo", prompt: "${PROMPT}" `;

/** Everything that can go right or wrong, over every transport. */
const useServer = async (server: Server): Promise<void> => {
  const headers = { authorization: `Bearer ${CLIENT_KEY}` };
  const mutate = async (operation: Operation, as: Record<string, string> = headers): Promise<void> => {
    await (await post(server, operation, { headers: as })).text();
  };
  for (let way = 0; way < WAYS; way += 1)
    await mutate({ query: GENERATE_MUTATION, variables: ask('gpt-4o') ?? {} });
  for (const model of ['demo', 'demo-error', 'demo-truncated', 'demo-rate-limited', PROMPT])
    await mutate({ query: GENERATE_MUTATION, variables: ask(model) ?? {} });
  await mutate({ query: QUERY_WITH_PROMPT });
  await mutate({ query: BROKEN });
  await mutate({ query: GENERATE_MUTATION, variables: { input: { prompt: PROMPT } } });
  await mutate({ query: '{ __typename }' }, { authorization: `Bearer ${CLIENT_KEY}x` });
  for (const operation of [
    { query: GENERATE_SUBSCRIPTION, variables: ask('gpt-4o') },
    { query: GENERATE_SUBSCRIPTION, variables: { input: { prompt: PROMPT } } },
    { query: BROKEN },
  ]) {
    await (await openEventStream(server, operation as Operation, headers)).ended;
    await using raw = await openRawSocket(server, { init: headers });
    raw.send({ type: 'subscribe', id: 'one', payload: operation });
    await raw.received(({ type }) => type === 'complete' || type === 'error');
    raw.send(`{"${PROMPT}`);
    await raw.closed;
  }
  await using refused = await openRawSocket(server, { init: { authorization: `Bearer ${CLIENT_KEY}x` } });
  await refused.closed;
};

const sha256 = createHash('sha256').update(CLIENT_KEY).digest('hex');

test('the log lines of a server hold neither prompts nor answers nor keys', async () => {
  await using upstream = await startUpstream(answerInTurn());
  await using app = await startApp({
    apiKeys: [{ id: 'alice', sha256 }],
    providers: { openai: { apiKey: PROVIDER_KEY, baseUrl: upstream.origin } },
  });
  await useServer(app);
  await app.logged(({ fields }) => fields['code'] === 'PROVIDER_AUTHENTICATION');
  expect(app.logLines.length).toBeGreaterThan(WAYS);
  // At level debug a vendor's own words are kept, and a vendor may quote what it was sent.
  for (const line of app.logLines.filter(({ level }) => level !== 'debug'))
    expect(inspect(line, { depth: 12, showHidden: true })).not.toMatch(MARKER);
});

test('a process prints neither prompts nor answers nor keys', async () => {
  await using upstream = await startUpstream(answerInTurn());
  await using server = await startServerProcess({
    MODELGRAPH_LOG_LEVEL: 'info',
    MODELGRAPH_DEMO_DELAY_MS: '0',
    MODELGRAPH_API_KEYS: `alice:${sha256}`,
    OPENAI_API_KEY: PROVIDER_KEY,
    OPENAI_BASE_URL: upstream.origin,
  });
  await useServer(server);
  server.child.kill('SIGTERM');
  expect(await server.exited).toBe(0);
  expect(server.lines.filter((line) => line.includes('a generation ended')).length).toBeGreaterThan(WAYS);
  for (const line of server.lines) expect(line).not.toMatch(MARKER);
});

/** A key that looks like none. */
const ODD_KEY = 'correct-horse-marker-battery';
const ENCODED_KEY = Buffer.from(`Bearer ${ODD_KEY}`).toString('base64');

const quoteKey = (exchange: UpstreamRequest, status: number): void =>
  sendJson(
    exchange,
    { error: { message: `Cannot use ${ODD_KEY}, ${encodeURIComponent(`=${ODD_KEY}`)} or ${ENCODED_KEY}` } },
    { status, headers: { 'x-request-id': ODD_KEY, 'x-echo': ENCODED_KEY } },
  );

test('neither a log line at any level nor a message to a client holds a key that a vendor quotes', async () => {
  const statuses = [400, 401, 404, 422, 429, 500, 503];
  let turn = 0;
  await using upstream = await startUpstream((exchange) =>
    quoteKey(exchange, statuses[turn++ % statuses.length] ?? 500),
  );
  const configured = { apiKey: ODD_KEY, baseUrl: upstream.origin };
  await using app = await startApp({
    providers: { openai: configured, anthropic: configured, gemini: configured, groq: configured },
  });
  const answers: string[] = [];
  for (const model of ['gpt-4o', 'claude-sonnet-4-5', 'gemini-2.5-flash', 'llama-3.3-70b-versatile'])
    for (const _status of statuses) {
      const response = await post(app, {
        query: GENERATE_MUTATION,
        variables: { input: { model, prompt: 'Hi' } },
      });
      answers.push(await response.text());
      const stream = { query: GENERATE_SUBSCRIPTION, variables: { input: { model, prompt: 'Hi' } } };
      answers.push(JSON.stringify(await ANSWERS.sse(app, stream)));
    }
  expect(answers.filter((answer) => answer.includes('PROVIDER_REJECTED'))).not.toEqual([]);
  expect(app.logLines.filter(({ fields }) => fields['requestId'] === '[key]')).not.toEqual([]);
  const told = inspect([app.logLines, answers], {
    depth: 12,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
  });
  expect(told).not.toMatch(MARKER);
  expect(told).not.toContain(ENCODED_KEY.slice(8, -8));
});
