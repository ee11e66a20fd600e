import { toKeyPrincipal } from '../../../../src/core/principal.ts';
import { expect, test } from 'vitest';
import { ModelgraphError } from '../../../../src/core/errors.ts';
import type { GenerateInput } from '../../../../src/core/generate-input.ts';
import type { BatchSubmissionLine } from '../../../../src/services/batches/intake/batch-submission.ts';
import { request, startApp } from '../../../support/app/app.ts';
import { endedBatch, requestsOf, submitBatch, submitted } from '../../../support/app/batch-requests.ts';
import { openBatches } from '../../../support/app/open-batches.ts';
import { createToyBatchVendor } from '../../../support/batch-vendors/toy-batch-vendor.ts';

interface Refusal {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}
interface Refused {
  readonly path: readonly string[];
  readonly message: string;
}

/** One problem is the error itself; several are listed in it. */
const problemsOf = (
  errors: readonly Refusal[] | undefined,
): readonly (readonly [path: string, message: string])[] => {
  const [error] = errors ?? [];
  const { problems, path } = (error?.extensions ?? {}) as {
    problems?: readonly Refused[];
    path?: readonly string[];
  };
  const all = problems ?? [{ path: path ?? [], message: error?.message ?? '' }];
  return all.map((problem) => [problem.path.join('.'), problem.message]);
};

const countOf = async (app: { readonly url: string }): Promise<number> =>
  (await request(app, '{ batches { totalCount } }')).data.batches.totalCount as number;

test('every problem of a submission is named at its request, and nothing is kept of it', async () => {
  const vendor = createToyBatchVendor();
  await using app = await startApp({}, vendor.overrides);
  const long = 'x'.repeat(65);
  const { data, errors } = await submitBatch(app, [
    ...requestsOf(['good', ' ', long, 'good', 'loud!', 'bell\u0007']),
    ...requestsOf(['other'], { model: 'other' }),
    ...requestsOf(['unknown'], { model: 'gpt-nothing' }),
    ...requestsOf(['hot'], { temperature: 1 }),
    ...requestsOf(['unfit'], {
      onDisconnect: 'CONTINUE',
      fallbackModels: ['other'],
      timeoutMs: 1_000,
      maxCostUsd: 1,
    }),
    ...requestsOf(['huge'], { prompt: 'x'.repeat(1024 * 1024) }),
  ]);
  expect(data).toBeNull();
  expect(problemsOf(errors).map(([path, message]) => [path, message.slice(0, 60)])).toMatchInlineSnapshot(`
    [
      [
        "input.requests.1.customId",
        "customId must not be blank.",
      ],
      [
        "input.requests.1.input.prompt",
        "The prompt is blank.",
      ],
      [
        "input.requests.2.customId",
        "customId must have at most 64 characters.",
      ],
      [
        "input.requests.3.customId",
        "customId "good" was given to an earlier request of the batch",
      ],
      [
        "input.requests.4.customId",
        "customId "loud!" does not suit the provider "toy". It must n",
      ],
      [
        "input.requests.5.customId",
        "customId must be text without control characters.",
      ],
      [
        "input.requests.6.input.model",
        "Every request of a batch goes to one model: the first to "to",
      ],
      [
        "input.requests.7.input.model",
        "There is no model "gpt-nothing". The nearest names are: othe",
      ],
      [
        "input.requests.8.input.temperature",
        "The model "toy" does not take temperature.",
      ],
      [
        "input.requests.9.input.onDisconnect",
        "onDisconnect makes no sense in a batch: its requests have no",
      ],
      [
        "input.requests.9.input.fallbackModels",
        "fallbackModels makes no sense in a batch: one model answers ",
      ],
      [
        "input.requests.9.input.timeoutMs",
        "timeoutMs makes no sense in a batch: its requests are answer",
      ],
      [
        "input.requests.9.input.maxCostUsd",
        "maxCostUsd makes no sense in a batch: its requests cannot be",
      ],
      [
        "input.requests.10.input",
        "The request takes 1048987 bytes, and a batch of "toy" takes ",
      ],
    ]
  `);
  expect(await countOf(app)).toBe(0);
  expect(vendor.calls).toEqual([]);
});

test('a batch has at least one request', async () => {
  await using app = await startApp({}, createToyBatchVendor().overrides);
  expect(problemsOf((await submitBatch(app, [])).errors)).toEqual([
    ['input.requests', 'A batch has at least one request.'],
  ]);
});

test('the same key with the same requests gives the same batch, and with others it is refused', async () => {
  const vendor = createToyBatchVendor();
  await using app = await startApp({}, vendor.overrides);
  const idempotencyKey = 'once';
  const id = await submitted(app, requestsOf(['a', 'b']), { idempotencyKey });
  expect(await submitted(app, requestsOf(['a', 'b']), { idempotencyKey })).toBe(id);
  for (const [requests, input] of [
    [requestsOf(['a', 'c']), {}],
    [requestsOf(['a']), {}],
    [requestsOf(['a', 'b']), { displayName: 'named' }],
  ] as const)
    expect(problemsOf((await submitBatch(app, requests, { ...input, idempotencyKey })).errors)).toEqual([
      ['idempotencyKey', 'The key was used for another request.'],
    ]);
  const both = await Promise.all(
    [1, 2].map(() => submitted(app, requestsOf(['x']), { idempotencyKey: 'at once' })),
  );
  expect(new Set(both).size).toBe(1);
  expect(await countOf(app)).toBe(2);
  await endedBatch(app, id);
  await endedBatch(app, both[0] ?? '');
  expect(vendor.batches).toHaveLength(2);
});

async function* linesOf(count: number, input: GenerateInput): AsyncGenerator<BatchSubmissionLine> {
  for (let index = 0; index < count; index += 1) yield { customId: `item-${index}`, input };
}

const OTHER = toKeyPrincipal('other');

const SUBMISSION = {
  principal: toKeyPrincipal('somebody'),
  displayName: null,
  metadata: null,
  idempotencyKey: null,
  source: 'file',
  signal: new AbortController().signal,
} as const;

test('100,000 requests are taken and one more is refused', async () => {
  await using batches = await openBatches(
    createToyBatchVendor({
      batch: { type: 'native', maxRequests: 50_000, maxFileSizeMb: 200, discountPercent: null },
    }),
  );
  const requests = linesOf(100_001, batches.input('hi'));
  await expect(batches.service.submit({ ...SUBMISSION, requests })).rejects.toMatchObject({
    problems: [{ path: ['input', 'file'], message: 'A batch takes at most 100000 requests.' }],
  });
  const batch = await batches.service.submit({
    ...SUBMISSION,
    requests: linesOf(100_000, batches.input('hi')),
  });
  expect(batch).toMatchObject({ status: 'queued', counts: { total: 100_000, pending: 100_000 } });
  const [page] = await batches.service.itemPages(
    [{ batch, query: { first: 1, after: null, statuses: null } }],
    SUBMISSION.principal,
  );
  expect(page).toMatchObject({ hasNextPage: true, totalCount: 100_000, items: [{ item: { index: 0 } }] });
}, 120_000);

test('no more than 100 problems are named, and no more requests are read', async () => {
  await using batches = await openBatches(createToyBatchVendor());
  let read = 0;
  let closed = false;
  const requests = (async function* (): AsyncGenerator<BatchSubmissionLine> {
    try {
      for (;;) {
        read += 1;
        yield { customId: ' ', input: batches.input('hi') };
      }
    } finally {
      closed = true;
    }
  })();
  const refusal = await batches.service.submit({ ...SUBMISSION, requests }).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ problems: { length: 100 } });
  expect({ read, closed }).toEqual({ read: 100, closed: true });
});

test('a line that could not be read is a problem at its own place in the file', async () => {
  await using batches = await openBatches(createToyBatchVendor());
  const requests = (async function* (): AsyncGenerator<BatchSubmissionLine> {
    yield { line: 0, customId: 'a', input: batches.input('hi') };
    const problem = {
      code: 'INVALID_REQUEST',
      message: 'no JSON',
      path: [],
      allowed: null,
      suggestion: null,
    } as const;
    yield { line: 7, problems: [problem] };
  })();
  await expect(batches.service.submit({ ...SUBMISSION, requests })).rejects.toMatchObject({
    problems: [{ path: ['input', 'file', '7'], message: 'no JSON' }],
  });
});

test('a submission that breaks off leaves nothing behind', async () => {
  await using batches = await openBatches(createToyBatchVendor());
  const requests = (async function* (): AsyncGenerator<BatchSubmissionLine> {
    yield* linesOf(1_200, batches.input('hi'));
    throw new ModelgraphError('INVALID_REQUEST', 'the upload broke off');
  })();
  await expect(batches.service.submit({ ...SUBMISSION, requests })).rejects.toThrow('the upload broke off');
  const all = { first: 10, after: null, statuses: null };
  expect(await batches.service.list(toKeyPrincipal('somebody'), all)).toMatchObject({ totalCount: 0 });
  expect(await batches.countRows('batch_item')).toBe(1_000);
  while (await batches.store.deleteExpired(300));
  expect(await batches.countRows('batch_item')).toBe(0);
  expect(await batches.countRows('batch')).toBe(0);
});

test("nobody sees, follows, cancels or reads another's batch", async () => {
  await using batches = await openBatches(createToyBatchVendor());
  const { id } = await batches.service.submit({ ...SUBMISSION, requests: linesOf(2, batches.input('hi')) });
  const { service } = batches;
  const page = { first: 10, after: null, statuses: null };
  const { signal } = new AbortController();
  const itemId = `item_${id.slice('batch_'.length)}_1`;
  expect(await service.findBatch(id, OTHER)).toBeUndefined();
  expect(await service.findBatches([id], OTHER)).toEqual([undefined]);
  expect(await service.findItemsNamed([{ batchId: id, customId: 'item-0' }], OTHER)).toEqual([undefined]);
  expect(await service.findItems([itemId], OTHER)).toEqual([undefined]);
  expect(await service.list(OTHER, page)).toMatchObject({ totalCount: 0, items: [] });
  for (const attempt of [() => service.cancel(id, OTHER), () => service.updates(id, OTHER, signal)])
    await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(
    await service.findItemsNamed([{ batchId: id, customId: 'item-1' }], SUBMISSION.principal),
  ).toMatchObject([{ id: itemId, index: 1 }]);
  expect(await service.findItems(['item_x_01', itemId], SUBMISSION.principal)).toMatchObject([
    undefined,
    { customId: 'item-1' },
  ]);
});

test('items come in pages in the order they were submitted, those of some statuses alone', async () => {
  await using batches = await openBatches(createToyBatchVendor());
  const batch = await batches.service.submit({ ...SUBMISSION, requests: linesOf(5, batches.input('hi')) });
  const items = async (after: string | null, statuses: readonly ('pending' | 'failed')[] | null) => {
    const [page] = await batches.service.itemPages(
      [{ batch, query: { first: 2, after, statuses } }],
      SUBMISSION.principal,
    );
    if (page === undefined || page instanceof Error) throw page ?? new Error('there is no page');
    return page;
  };
  const one = await items(null, null);
  const two = await items(one.items[1]?.cursor ?? null, ['pending', 'pending']);
  const three = await items(two.items[1]?.cursor ?? null, null);
  expect([one, two, three].map((page) => page.items.map(({ item }) => item.index))).toEqual([
    [0, 1],
    [2, 3],
    [4],
  ]);
  expect([one, two, three].map(({ hasNextPage, totalCount }) => [hasNextPage, totalCount])).toEqual([
    [true, 5],
    [true, 5],
    [false, 5],
  ]);
  expect(await items(null, ['failed'])).toEqual({ items: [], hasNextPage: false, totalCount: 0 });
  await expect(items('nonsense', null)).rejects.toMatchObject({ problems: [{ path: ['after'] }] });
});
