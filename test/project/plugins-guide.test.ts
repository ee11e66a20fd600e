import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppOverrides } from '../../src/app.ts';
import { request, startApp, type TestApp } from '../support/app/app.ts';
import { requestsOf, submitBatch } from '../support/app/batch-requests.ts';
import { refusalOf, WAY_NAMES } from '../support/app/guards.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { createToyBatchVendor, QUICK_TIMING } from '../support/batch-vendors/toy-batch-vendor.ts';
import {
  ALL,
  callOf,
  calls,
  GENERATE,
  input,
  inTurns,
  startCaller,
  submit,
} from '../server/generations/tool-results-harness.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const GUIDE = readFileSync(new URL('../../docs/plugins.md', import.meta.url), 'utf8');
const blockOf = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(GUIDE)?.[1] ?? '';

const folder = temporaryFolder();
const guard = join(folder.path, 'word-list.ts');
beforeAll(() => writeFile(guard, blockOf('ts')));
afterAll(() => folder[Symbol.asyncDispose]());

/** A server as the guide has it started, with other models. */
const start = (overrides: AppOverrides): Promise<TestApp> =>
  startApp({ plugins: guard }, { batchTiming: QUICK_TIMING, ...overrides });

const SECRET = 'What is Project Bluebird?';
const refusal = {
  message: 'The request holds words that must not leave this company.',
  extensions: { code: 'CONTENT_FILTERED', suggestion: 'Leave out names of projects and passwords.' },
};

describe('the word list of the guide to plugins', () => {
  test.each(WAY_NAMES)('refuses a request by %s', async (way) => {
    const toy = createToy();
    await using app = await start(toyOverrides(toy));
    expect(await refusalOf(way, app, { model: 'toy', prompt: SECRET })).toMatchObject([refusal]);
    expect(toy.calls).toEqual([]);
  });

  test('lets other requests pass, and prints what became of them', async () => {
    await using app = await start(toyOverrides(createToy()));
    const { data } = await request(app, blockOf('graphql').replace(SECRET, 'Hi').replace('"demo"', '"toy"'));
    expect(data.generate.text).toBe('Hello');
  });

  test.each(['NATIVE', 'SEQUENTIAL'])('refuses a request of a %s batch', async (mode) => {
    const vendor = createToyBatchVendor();
    const toy = createToy();
    await using app = await start(mode === 'NATIVE' ? vendor.overrides : toyOverrides(toy));
    const { errors } = await submitBatch(app, requestsOf(['Hi', SECRET]));
    expect(errors).toMatchObject([
      { ...refusal, extensions: { ...refusal.extensions, path: ['input', 'requests', '1', 'input'] } },
    ]);
    expect([vendor.calls.length, toy.calls.length]).toEqual([0, 0]);
  });

  test('refuses the result of a tool, and the generation goes on with another', async () => {
    const answer = inTurns(calls(callOf('a')), [textDelta('Done.'), finishEvent()]);
    await using caller = await startCaller(answer, { plugins: guard });
    const { app, toy } = caller;
    const { data } = await request(app, GENERATE + ALL, { input });
    const { id } = data.generate as { readonly id: string };
    const refused = await submit(app, id, [{ callId: 'a', output: 'The password is 1234.' }]);
    expect(refused.errors).toMatchObject([refusal]);
    expect(toy.calls).toHaveLength(1);
    const accepted = await submit(app, id, [{ callId: 'a', output: 'Nothing to see.' }]);
    expect(accepted.errors).toBeUndefined();
  });
});

test('the answer that the guide shows is the one that is given', async () => {
  await using app = await startApp({ plugins: guard });
  expect(await request(app, blockOf('graphql'))).toEqual(JSON.parse(blockOf('json')));
});
