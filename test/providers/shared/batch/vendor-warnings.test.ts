import { describe, expect, test } from 'vitest';
import { toVendorBatch as toGeminiBatch } from '../../../../src/providers/text/gemini/batch/to-vendor-batch.ts';
import { toVendorBatch as toFileBatch } from '../../../../src/providers/text/openai-compatible/batch/to-vendor-batch.ts';
import { toVendorBatch as toGrokBatch } from '../../../../src/providers/text/xai/batch/to-vendor-batch.ts';
import { readResult } from '../../../../src/providers/shared/batch/read-result.ts';
import { ProviderError } from '../../../../src/core/errors.ts';
import type { StreamEvent } from '../../../../src/core/stream-event.ts';
import * as operations from '../../text/gemini/fixtures/hand-made-batches.ts';
import * as files from '../../text/openai/fixtures/hand-made-batches.ts';
import * as groks from '../../text/xai/fixtures/hand-made-batches.ts';

// No recorded batch ended with something to say of it as a whole: these are made by hand of the parts of the others.

const warningOf = (message: string) => ({
  code: 'PROVIDER_WARNING',
  message: expect.stringContaining(message),
  path: null,
  from: null,
  to: null,
});

type FileBatch = Parameters<typeof toFileBatch>[0];
type GrokBatch = Parameters<typeof toGrokBatch>[0];
type GeminiBatch = Parameters<typeof toGeminiBatch>[0];

describe('what a vendor says of a batch that has not failed as a whole', () => {
  test('a batch by way of files: its errors', () => {
    const errors = { object: 'list', data: [{ code: 'invalid_url', line: 3, message: 'Another endpoint.' }] };
    const batch = { ...files.batchBody({ status: 'expired', errors }), id: files.BATCH_ID } as FileBatch;
    expect(toFileBatch(batch, 'openai')).toMatchObject({
      outcome: 'expired',
      error: null,
      warnings: [warningOf('Line 3: Another endpoint.')],
    });
    const failed = { ...files.batchBody({ status: 'failed', errors }), id: files.BATCH_ID } as FileBatch;
    expect(toFileBatch(failed, 'openai')).not.toHaveProperty('warnings');
    const well = { ...files.batchBody(), id: files.BATCH_ID } as FileBatch;
    expect(toFileBatch(well, 'openai')).not.toHaveProperty('warnings');
  });

  test('xAI: why it cancelled what it had not answered', () => {
    const state = { num_requests: 2, num_pending: 0, num_success: 1, num_cancelled: 1 };
    const part = { cancel_by_xai_message: 'The model is shut down.' };
    const batch = { ...groks.batchBody(state, part), batch_id: groks.BATCH_ID } as GrokBatch;
    expect(toGrokBatch(batch, 'xai')).toMatchObject({
      outcome: 'cancelled',
      error: null,
      warnings: [warningOf('The model is shut down.')],
    });
  });

  test('what tells of the account is not shown', () => {
    const state = { num_requests: 2, num_pending: 0, num_success: 1, num_cancelled: 1 };
    const part = { cancel_by_xai_message: 'Your team secret has used all available credits.' };
    const [warning] =
      toGrokBatch({ ...groks.batchBody(state, part), batch_id: groks.BATCH_ID }, 'xai').warnings ?? [];
    expect(warning?.message).toMatch(/credit/);
    expect(warning?.message).not.toContain('secret');
  });

  test('Gemini: the error of a batch that is complete', () => {
    const error = { code: 3, message: 'One request was too large.' };
    const complete = {
      ...operations.ended(operations.inlined()),
      error,
      name: operations.BATCH,
    } as GeminiBatch;
    expect(toGeminiBatch(complete, null)).toMatchObject({
      outcome: 'completed',
      warnings: [warningOf('One request was too large.')],
    });
    const cancellation = { code: 1, message: 'Cancelled.' };
    const cancelled = {
      ...operations.operation({ state: 'BATCH_STATE_CANCELLED' }, { done: true, error: cancellation }),
      name: operations.BATCH,
    } as GeminiBatch;
    expect(toGeminiBatch(cancelled, null)).not.toHaveProperty('warnings');
  });
});

describe('an answer in a batch that fails half way', () => {
  const call = {
    provider: 'toy',
    signal: new AbortController().signal,
    mapError: () => new ProviderError('PROVIDER_FAILED', { provider: 'toy' }),
  };
  const read = (...events: readonly StreamEvent[]) =>
    readResult(
      'a',
      async function* () {
        yield* events;
        throw new Error('broken');
      },
      call,
    );

  test('keeps what had come of it', async () => {
    const citation = {
      url: 'https://example.com',
      title: null,
      snippet: null,
      startIndex: null,
      endIndex: null,
    };
    expect(await read({ type: 'text-delta', text: 'half' }, { type: 'citation', citation })).toEqual({
      customId: 'a',
      status: 'failed',
      error: expect.objectContaining({ code: 'PROVIDER_FAILED' }),
      partial: {
        text: 'half',
        reasoning: null,
        toolCalls: [],
        citations: [citation],
        usage: null,
        warnings: [],
      },
    });
  });

  test('keeps nothing of one of which nothing had come', async () => {
    expect(await read()).not.toHaveProperty('partial');
  });
});
