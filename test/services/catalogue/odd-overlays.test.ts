import { execFileSync } from 'node:child_process';
import { symlinkSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { createOverlayFile } from '../../support/app/overlay-file.ts';
import { startServerProcess } from '../../support/app/server-process.ts';
import { catalogueOf, findModel, OFTEN } from './sources-harness.ts';

const PRICE = { inputPerMillion: 1, outputPerMillion: 2 };
const ofModel = (entry: unknown) => ({ models: { 'gpt-5.5': entry } });

/** What a server says that does not start with an overlay. */
const refusalOf = async (content: unknown): Promise<string> => {
  using file = createOverlayFile(content);
  const started = await startApp({ catalogueFile: file.path }).catch((caught: unknown) => caught);
  if (started instanceof Error) return started.message;
  await (started as TestApp).close();
  return 'it was taken';
};

describe('an overlay is refused before it is served', () => {
  const many = (count: number, valueOf: (index: number) => unknown) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, valueOf(index)]));

  it.each([
    ['a limit beyond Int', ofModel({ limits: { contextWindow: 2 ** 40 } }), 'limits.contextWindow'],
    [
      'a tier beyond Int',
      ofModel({ pricing: { ...PRICE, tiers: [{ aboveInputTokens: 2 ** 31, ...PRICE }] } }),
      'aboveInputTokens',
    ],
    [
      'a batch beyond Int',
      ofModel({ batch: { type: 'native', maxRequests: 2 ** 31, maxFileSizeMb: 1, discountPercent: null } }),
      'maxRequests',
    ],
    ['a price beyond reason', ofModel({ pricing: { ...PRICE, inputPerMillion: 1e300 } }), 'inputPerMillion'],
    [
      'a price beyond numbers',
      '{"models":{"gpt-5.5":{"pricing":{"inputPerMillion":1e400,"outputPerMillion":1}}}}',
      'inputPerMillion',
    ],
    ['a 31st of February', ofModel({ releaseDate: '2026-02-31' }), 'must be a day such as'],
    [
      'a month 99',
      ofModel({ status: { type: 'deprecated', shutdownDate: '2026-99-01' } }),
      'must be a day such as',
    ],
    ['a knowledge of no month', ofModel({ knowledgeCutoff: '2026-00' }), 'must be a month or a day'],
    [
      'two prices for a day',
      ofModel({
        pricing: {
          ...PRICE,
          schedule: [
            { from: '2099-01-01', ...PRICE },
            { from: '2099-01-01', ...PRICE },
          ],
        },
      }),
      'has two prices for one day',
    ],
    ['a name with control characters', ofModel({ displayName: 'a\u001b[31m' }), 'control characters'],
    ['an id that leads elsewhere', ofModel({ apiModel: '../../files' }), 'and two dots in a row'],
    ['an id with a line break', ofModel({ apiModel: 'a\r\nb' }), 'must'],
    [
      'a chain of aliases without end',
      { aliases: many(30_000, (index) => `m${index + 1}`) },
      'no more than 2000 aliases',
    ],
    [
      'a chain of models without end',
      { models: many(30_000, (index) => ({ like: `m${index + 1}` })) },
      'no more than 5000 models',
    ],
    ['too many bytes', `{"models":{},"x":"${'x'.repeat(5_000_000)}"}`, 'is larger than'],
    ['nothing at all', '', 'cannot be read'],
    ['half of it', '{"models":{"gpt-5.5":', 'cannot be read'],
    ['a list', '[]', 'expected object'],
  ])('when it has %s', async (_what, content, problem) => {
    expect(await refusalOf(content)).toContain(problem);
  });

  it('when it is no file', async () => {
    using file = createOverlayFile({});
    rmSync(file.path);
    execFileSync('mkfifo', [file.path]);
    await expect(startApp({ catalogueFile: file.path })).rejects.toThrow('is no file');
  });
});

it('an overlay may begin with a byte order mark', async () => {
  using file = createOverlayFile(`\ufeff${JSON.stringify({ aliases: { house: 'demo' } })}`);
  await using app = await startApp({ catalogueFile: file.path });
  expect(await findModel(app, 'house')).toMatchObject({ name: 'demo' });
});

it('a model may be made after an alias of the same overlay, directly or through others', async () => {
  using file = createOverlayFile({
    models: {
      'gpt-9-house': { like: 'base' },
      'gpt-9': { like: 'gpt-5.5', limits: { contextWindow: 7_777 } },
    },
    aliases: { base: 'other', other: 'gpt-9' },
  });
  await using app = await startApp({ catalogueFile: file.path });
  expect(await findModel(app, 'gpt-9-house')).toMatchObject({ contextWindow: 7_777, origin: 'OVERLAY' });
});

it('a deleted overlay leaves the last one in force until there is one again, of which the log says so', async () => {
  using file = createOverlayFile({ aliases: { house: 'demo' } });
  await using app = await startApp({ catalogueFile: file.path }, OFTEN);
  rmSync(file.path);
  await app.logged(({ message }) => message.startsWith('a source of the catalogue was refused'));
  expect(await findModel(app, 'house')).toMatchObject({ name: 'demo' });
  expect((await catalogueOf(app)).problems).toEqual(['catalogue.json: cannot be read: ENOENT']);
  file.write({ aliases: { house: 'demo' } });
  await app.logged(({ message }) => message === 'a source of the catalogue is taken again');
  expect((await catalogueOf(app)).problems).toEqual([]);
});

it('an overlay behind a symbolic link is read again when the link leads elsewhere', async () => {
  using first = createOverlayFile({ aliases: { house: 'demo' } });
  using second = createOverlayFile({ aliases: { garden: 'demo' } });
  using link = createOverlayFile({}, 'link.json');
  rmSync(link.path);
  symlinkSync(first.path, link.path);
  await using app = await startApp({ catalogueFile: link.path }, OFTEN);
  expect(await findModel(app, 'house')).toMatchObject({ name: 'demo' });
  rmSync(link.path);
  symlinkSync(second.path, link.path);
  await app.logged(({ fields }) => Array.isArray(fields['aliases']) && fields['aliases'].includes('garden'));
  expect([await findModel(app, 'house'), (await findModel(app, 'garden')).name]).toEqual([null, 'demo']);
});

it('a storm of SIGHUP over a file that is written meanwhile ends with what the file says at last', async () => {
  using file = createOverlayFile({});
  await using server = await startServerProcess({ MODELGRAPH_CATALOGUE: file.path });
  for (let round = 0; round < 100; round += 1) {
    const text = JSON.stringify({ aliases: { house: 'demo', [`house-${round}`]: 'demo' } });
    // Not at once, as a careless editor does: half a file can be read.
    writeFileSync(file.path, text.slice(0, round % text.length));
    server.child.kill('SIGHUP');
    writeFileSync(file.path, text);
    server.child.kill('SIGHUP');
  }
  await server.printed('house-99');
  const { data } = await request(
    server,
    '{ model(name: "house-99") { name } other: model(name: "house-98") { name } catalogue { problems } }',
  );
  expect(data).toEqual({ model: { name: 'demo' }, other: null, catalogue: { problems: [] } });
});
