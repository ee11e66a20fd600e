import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { CASES } from './fixtures/hand-made.ts';
import { startGemini } from './gemini-harness.ts';

const PROVIDER = new URL('../../../../src/providers/text/gemini/provider.ts', import.meta.url).href;
const HARNESS = new URL('./gemini-harness.ts', import.meta.url).href;

/** Runs in a process of its own, whose environment would turn the SDK to other keys, addresses and back ends. */
const script = (origin: string): string => `
  import { connect, createRequest, never } from ${JSON.stringify(HARNESS)};
  import ${JSON.stringify(PROVIDER)};
  const provider = connect(${JSON.stringify(origin)});
  await provider.generate(createRequest(), { signal: never() });
  for await (const _ of provider.stream(createRequest(), { signal: never() }));
`;

const ENVIRONMENT = {
  GOOGLE_API_KEY: 'leaked-1',
  GEMINI_API_KEY: 'leaked-2',
  GOOGLE_GENAI_USE_VERTEXAI: 'true',
  GOOGLE_GENAI_USE_ENTERPRISE: 'false',
  GOOGLE_GENAI_API_VERSION: 'v7',
  GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:1',
  GOOGLE_VERTEX_BASE_URL: 'http://127.0.0.1:1',
  GOOGLE_CLOUD_PROJECT: 'leaked-3',
  GOOGLE_CLOUD_LOCATION: 'leaked-4',
};

test('no environment variable reaches the vendor, and nothing is printed', async () => {
  const [answer] = CASES[0]?.responses ?? [];
  if (answer === undefined) throw new Error('no answer');
  await using upstream = await startGemini([answer, answer]);
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script(upstream.origin)], {
    env: { PATH: process.env['PATH'], ...ENVIRONMENT },
  });
  let printed = '';
  child.stdout.on('data', (data) => (printed += String(data)));
  child.stderr.on('data', (data) => (printed += String(data)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(printed).toBe('');
  expect(code).toBe(0);
  expect(upstream.requests.map(({ path }) => path)).toEqual([
    '/v1beta/models/gemini-tested:generateContent',
    '/v1beta/models/gemini-tested:streamGenerateContent?alt=sse',
  ]);
  for (const { headers, body } of upstream.requests) {
    expect(headers['x-goog-api-key']).toBe('key-made-up');
    expect(JSON.stringify([headers, body])).not.toContain('leaked');
  }
});
