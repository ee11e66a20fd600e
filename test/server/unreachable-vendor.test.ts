import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { request, startApp } from '../support/app/app.ts';
import { GENERATE_MUTATION } from '../support/app/events.ts';
import { startUpstream } from '../support/upstream/upstream-server.ts';

const PROMPT = 'prompt-marker';

const findClosedPort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const failAt = async (baseUrl: string) => {
  await using app = await startApp({ providers: { openai: { apiKey: 'made-up-key', baseUrl } } });
  const { errors } = await request(app, GENERATE_MUTATION, { input: { model: 'gpt-4.1', prompt: PROMPT } });
  const { fields } = await app.logged(({ message }) => message === 'a generation failed');
  expect(JSON.stringify(app.logLines.filter(({ level }) => level !== 'debug'))).not.toContain(PROMPT);
  return { message: errors?.[0]?.message, code: fields['code'], cause: fields['cause'] };
};

test('a vendor that refuses connections cannot be reached, and the log says why', async () => {
  const port = await findClosedPort();
  expect(await failAt(`http://127.0.0.1:${port}/v1`)).toEqual({
    message: 'The provider cannot be reached.',
    code: 'PROVIDER_FAILED',
    cause: `connect ECONNREFUSED 127.0.0.1:${port}`,
  });
});

test('a vendor whose name is unknown cannot be reached, and the log has the name', async () => {
  const { message, cause } = await failAt('http://vendor.invalid/v1');
  expect(message).toBe('The provider cannot be reached.');
  expect(cause).toMatch(/^getaddrinfo E\w+ vendor\.invalid$/);
});

test('a vendor that speaks no TLS cannot be reached, and the log says what TLS did not take', async () => {
  await using upstream = await startUpstream(({ response }) => void response.end());
  const { message, cause } = await failAt(upstream.origin.replace('http:', 'https:'));
  expect(message).toBe('The provider cannot be reached.');
  expect(cause).toMatch(/SSL|TLS|EPROTO/);
});

test('a vendor that hangs up has been reached, and the log says how it ended', async () => {
  await using upstream = await startUpstream(({ response }) => void response.destroy());
  expect(await failAt(upstream.origin)).toEqual({
    message: 'The provider failed to complete the request.',
    code: 'PROVIDER_FAILED',
    cause: expect.stringMatching(/other side closed|ECONNRESET/),
  });
});
