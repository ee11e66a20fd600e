import { Writable } from 'node:stream';
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { runKeyCommand } from '../../cli/key/run.ts';
import { startApp } from '../support/app/app.ts';
import { ASK, codeOf, createAccessFile, keyOf } from '../support/app/access.ts';
import { createPoliteProvider } from '../support/app/toy-app.ts';

const run = async (words: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const printed = { output: '', errors: '' };
  const collect = (name: keyof typeof printed): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        printed[name] += chunk.toString();
        done();
      },
    });
  const terminal = { output: collect('output'), errors: collect('errors'), commandName: 'npm run key --' };
  return { code: await runKeyCommand(words, environment, terminal), ...printed };
};

const VIEWER = { query: '{ viewer { id } }' };

it('a key is created with the entry that accepts it', async () => {
  const { code, output } = await run(['alice']);
  const [, key = '', entry = ''] = /^ {2}(mg_alice_\S+)\n.*\n {2}(\S+)$/m.exec(output) ?? [];
  expect([code, entry]).toEqual([0, `alice:${createHash('sha256').update(key).digest('hex')}`]);
});

it('a token for a user is created and revoked through the server', async () => {
  const shop = keyOf('shop');
  using file = createAccessFile({ keys: { shop: { operations: ['read', 'issue'] } } });
  await using app = await startApp(
    { apiKeys: [shop.setting], accessFile: file.path },
    createPoliteProvider().overrides,
  );
  const environment = { MODELGRAPH_URL: app.url, MODELGRAPH_API_KEY: shop.key };
  const created = await run(['token', 'ann', '--expires', '60'], environment);
  const [token = ''] = /mgu_\S+/.exec(created.output) ?? [];
  expect(created.code).toBe(0);
  expect((await ASK.http(app, VIEWER, token)).data.viewer.id).toBe('user:shop:ann');
  await run(['token', 'ann', '--url', app.url, '--key', shop.key]);
  expect(await run(['revoke', 'ann'], environment)).toEqual({
    code: 0,
    output: 'Revoked 2 tokens.\n',
    errors: '',
  });
  expect(codeOf(await ASK.http(app, VIEWER, token))).toBe('UNAUTHENTICATED');
  const tooLong = await run(['token', 'ann', '--expires', '999999999'], environment);
  expect(tooLong).toMatchObject({ code: 1, output: '', errors: expect.stringContaining('86400') });
  const keyless = await run(['token', 'ann'], { MODELGRAPH_URL: app.url });
  expect(keyless).toMatchObject({ code: 1, errors: expect.stringContaining('Send a key of this server') });
});

it.each([
  [[]],
  [['Alice']],
  [['a', 'b']],
  [['token']],
  [['revoke']],
  [['token', 'ann', 'bob']],
  [['token', 'ann', '--expires', 'soon']],
  [['alice', '--expires', '60']],
  [['alice', '--nonsense']],
  [['token', 'ann', '--url', 'nowhere']],
])('the command line %j is refused with what there is', async (words) => {
  expect(await run(words)).toMatchObject({ code: 2, output: '', errors: expect.stringContaining('usage:') });
});
