import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { sendJson, startUpstream } from '../../../support/upstream/upstream-server.ts';

const SCRIPT = fileURLToPath(new URL('./call-from-environment.ts', import.meta.url));

test('nothing the SDK finds in the environment reaches the vendor, and it logs nothing', async () => {
  await using upstream = await startUpstream((request) => sendJson(request, {}, { status: 500 }));
  const env = {
    PATH: process.env['PATH'],
    OPENAI_API_KEY: 'leaked',
    OPENAI_ADMIN_KEY: 'leaked',
    OPENAI_ORG_ID: 'leaked',
    OPENAI_PROJECT_ID: 'leaked',
    OPENAI_WEBHOOK_SECRET: 'leaked',
    OPENAI_BASE_URL: 'http://127.0.0.1:1/leaked',
    OPENAI_LOG: 'debug',
    OPENAI_CUSTOM_HEADERS: 'Authorization: leaked\nX-Custom: leaked\nOpenAI-Beta: leaked',
  };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [SCRIPT, upstream.origin], { env });
  expect([stdout, stderr]).toEqual(['', '']);
  expect(upstream.requests).toHaveLength(4);
  for (const { headers, path, body } of upstream.requests) {
    expect(headers.authorization).toBe('Bearer sk-test');
    expect(JSON.stringify([headers, path, body])).not.toContain('leaked');
  }
});

test('importing the descriptor loads no SDK', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module-typescript',
    '--eval',
    `import { registerHooks } from 'node:module';
     const loaded = [];
     registerHooks({ resolve: (name, context, next) => (loaded.push(name), next(name, context)) });
     const { openaiDescriptor } = await import(${JSON.stringify(new URL('../../../../src/providers/text/openai/descriptor.ts', import.meta.url).href)});
     const before = loaded.includes('openai');
     await openaiDescriptor.load();
     console.log(JSON.stringify([before, loaded.includes('openai')]));`,
  ]);
  expect(JSON.parse(stdout)).toEqual([false, true]);
});
