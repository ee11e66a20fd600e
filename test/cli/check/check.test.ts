import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/app/run-command.ts';
import { startApp } from '../../support/app/app.ts';
import { usePostgres } from '../../support/databases/postgres.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { sendJson, startUpstream } from '../../support/upstream/upstream-server.ts';

const countTables = async (url: string): Promise<number> => {
  const client = new Client(url);
  await client.connect();
  try {
    const { rows } = await client.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'");
    return rows.length;
  } finally {
    await client.end();
  }
};

const KEY = 'sk-hunter2hunter2';

/** The details of one part, each with its verdict before it. */
const rowsOf = (output: string, part: string): readonly string[] => {
  const lines = output.split('\n\n')[0]?.split('\n') ?? [];
  const first = lines.findIndex((line) => line.startsWith(`${part} `));
  const rest = lines.slice(first + 1);
  const next = rest.findIndex((line) => !line.startsWith(' '));
  const rows = [lines[first] ?? '', ...rest.slice(0, next === -1 ? undefined : next)];
  return rows.map((row) =>
    row
      .slice(part.length)
      .trim()
      .replace(/\s{2,}/, ' '),
  );
};

test('a fresh machine has no problem, and nothing of it is changed', async () => {
  await using folder = temporaryFolder();
  const { code, output, errors } = await runCommand(['check', '--port', '0'], folder.path);
  expect([code, errors]).toEqual([0, '']);
  expect(rowsOf(output, 'configuration')).toEqual(['ok every variable is valid']);
  expect(rowsOf(output, 'catalogue')).toEqual([expect.stringMatching(/^ok \d+ models, .* default is demo$/)]);
  expect(rowsOf(output, 'store')).toEqual(['ok data/modelgraph.db is created at the first start']);
  expect(rowsOf(output, 'access')).toEqual(['ok open to any client on this machine']);
  expect(rowsOf(output, 'openai')).toEqual(['- not configured: OPENAI_API_KEY is not set']);
  expect(output.endsWith('\n\nNo problem was found.\n')).toBe(true);
  expect(readdirSync(folder.path)).toEqual([]);
});

test('each vendor with a list of models is asked for it alone, one without is not asked', async () => {
  await using folder = temporaryFolder();
  await using upstream = await startUpstream((exchange) =>
    sendJson(exchange, { data: [{ id: 'a' }, { id: 'b' }] }),
  );
  writeFileSync(
    join(folder.path, 'more.json'),
    JSON.stringify([{ name: 'lab', displayName: 'Lab', baseUrl: `${upstream.origin}/v1`, discover: true }]),
  );
  const { code, output } = await runCommand(
    ['check', '--port', '0', '--providers', 'more.json'],
    folder.path,
    {
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: `${upstream.origin}/openai`,
      PERPLEXITY_API_KEY: KEY,
      PERPLEXITY_BASE_URL: upstream.origin,
    },
  );
  expect(rowsOf(output, 'openai')).toEqual(['ok it lists 2 models']);
  expect(rowsOf(output, 'lab')).toEqual(['ok it lists 2 models']);
  expect(rowsOf(output, 'more.json')).toEqual(['ok lab']);
  expect(rowsOf(output, 'perplexity')).toEqual(['- configured, not asked: it has no list of models']);
  expect(code).toBe(0);
  expect(upstream.requests.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
    'GET /openai/models',
    'GET /v1/models',
  ]);
});

test('a vendor that refuses the key, that is away, or that does not answer in time is a problem', async () => {
  await using folder = temporaryFolder();
  await using refusing = await startUpstream((exchange) =>
    sendJson(exchange, { error: { message: `no ${KEY}` } }, { status: 401 }),
  );
  await using silent = await startUpstream(({ closed }) => closed);
  const away = await startUpstream(() => undefined);
  await away[Symbol.asyncDispose]();
  const { code, output } = await runCommand(['check', '--port', '0'], folder.path, {
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: refusing.origin,
    XAI_API_KEY: KEY,
    XAI_BASE_URL: silent.origin,
    GROQ_API_KEY: KEY,
    GROQ_BASE_URL: away.origin,
  });
  expect(rowsOf(output, 'openai')).toEqual([
    'PROBLEM the list of models was answered with 401; check OPENAI_API_KEY',
  ]);
  expect(rowsOf(output, 'xai')).toEqual(['PROBLEM it did not answer within 5 s']);
  expect(rowsOf(output, 'groq')).toEqual([
    expect.stringMatching(/^PROBLEM it cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:\d+$/),
  ]);
  expect(output.endsWith('3 problems were found.\n')).toBe(true);
  expect(output).not.toContain('hunter2');
  expect(code).toBe(1);
});

test('every problem of variables and files is named at once, and no value of a secret', async () => {
  await using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'overlay.json'), '{"models": {"x/y": {"nonsense": 1}}}');
  writeFileSync(join(folder.path, 'more.json'), '[{"name": "openai"}]');
  const words = ['check', '--port', 'many', '--catalogue', 'overlay.json', '--providers', 'more.json'];
  const { code, output } = await runCommand([...words, '--plugins', './none.ts'], folder.path, {
    HOST: '0.0.0.0',
    OPENAI_API_KEY: `${KEY}\u200B!`,
    MODELGRAPH_WEBHOOK_URL: 'http://receiver.example',
    MODELGRAPH_MISSPELT: 'x',
  });
  expect(rowsOf(output, 'configuration')).toEqual([
    'PROBLEM PORT: must be a whole number from 0 to 65535, not "many"',
    expect.stringMatching(/^PROBLEM OPENAI_API_KEY: character 18 is U\+200B/),
    expect.stringMatching(/^PROBLEM HOST: 0\.0\.0\.0 can be reached from other machines/),
    expect.stringMatching(/^PROBLEM MODELGRAPH_WEBHOOK_URL: must be an https address/),
    expect.stringMatching(/^PROBLEM MODELGRAPH_WEBHOOK_SECRET: is required/),
    'note MODELGRAPH_MISSPELT is unknown: is it misspelt?',
  ]);
  for (const part of ['overlay.json', 'more.json', './none.ts'])
    expect(rowsOf(output, part)[0]).toMatch(/^PROBLEM /);
  expect(rowsOf(output, 'openai')).toEqual(['- not configured: OPENAI_API_KEY is invalid']);
  expect(rowsOf(output, 'store')).toEqual(['ok data/modelgraph.db is created at the first start']);
  expect(output).not.toContain('hunter2');
  expect(code).toBe(1);
});

test('the store of a running server is read without disturbing it, and its port is noted', async () => {
  await using folder = temporaryFolder();
  const dataDirectory = join(folder.path, 'data');
  await using app = await startApp({ dataDirectory });
  const { port } = new URL(app.url);
  const { code, output } = await runCommand(['check', '--port', port], folder.path);
  expect(rowsOf(output, 'store')).toEqual([
    expect.stringMatching(/^ok data\/modelgraph\.db, schema version \d+$/),
  ]);
  expect(rowsOf(output, 'address')).toEqual([
    `note a program listens on 127.0.0.1, port ${port} already: this server?`,
  ]);
  expect(code).toBe(0);
  expect((await fetch(new URL('/health/ready', app.url))).status).toBe(200);
});

test('a store that is no database, or that is newer than the server, is a problem and stays as it is', async () => {
  await using folder = temporaryFolder();
  const file = join(folder.path, 'modelgraph.db');
  const words = ['check', '--port', '0', '--data', '.'];
  writeFileSync(file, 'nothing that SQLite would know'.repeat(100));
  const before = readFileSync(file);
  const damaged = await runCommand(words, folder.path);
  expect(rowsOf(damaged.output, 'store')).toEqual([
    'PROBLEM modelgraph.db cannot be used: file is not a database',
  ]);
  expect([damaged.code, readFileSync(file).equals(before)]).toEqual([1, true]);

  writeFileSync(file, '');
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE migration (version bigint); INSERT INTO migration VALUES (3)');
  const old = await runCommand(words, folder.path);
  expect(rowsOf(old.output, 'store')[0]).toMatch(/^ok modelgraph\.db: .* from version 3 to \d+$/);
  database.exec('UPDATE migration SET version = 999');
  database.close();
  const newer = await runCommand(words, folder.path);
  expect(rowsOf(newer.output, 'store')[0]).toMatch(
    /^PROBLEM modelgraph\.db has schema version 999 .*newer server$/,
  );
  expect([old.code, newer.code]).toEqual([0, 1]);
});

test('a PostgreSQL that is away is named without its password', async () => {
  await using folder = temporaryFolder();
  const away = await startUpstream(() => undefined);
  await away[Symbol.asyncDispose]();
  const DATABASE_URL = `${away.origin.replace('http', 'postgres').replace('//', '//me:hunter2@')}/app`;
  const { code, output } = await runCommand(['check', '--port', '0'], folder.path, { DATABASE_URL });
  expect(rowsOf(output, 'store')[0]).toMatch(
    /^PROBLEM PostgreSQL at 127\.0\.0\.1:\d+\/app cannot be used: .*ECONNREFUSED.*; check DATABASE_URL$/,
  );
  expect(output).not.toContain('hunter2');
  expect(code).toBe(1);
});

const postgres = await usePostgres();

test.skipIf(postgres.problem !== null)(
  `a PostgreSQL is read alone, fresh or used${postgres.problem === null ? '' : ` (${postgres.problem})`}`,
  async () => {
    await using folder = temporaryFolder();
    await using database = await postgres.createDatabase();
    const environment = { DATABASE_URL: database.url, DATABASE_DIRECT_URL: database.url };
    const fresh = await runCommand(['check', '--port', '0'], folder.path, environment);
    const tables = await countTables(database.url);
    await using _app = await startApp({ databaseUrl: database.url });
    const used = await runCommand(['check', '--port', '0'], folder.path, environment);
    expect(rowsOf(fresh.output, 'store')).toEqual([
      expect.stringMatching(/^ok PostgreSQL at .*: the start brings its schema from version 0 to \d+$/),
      expect.stringMatching(/^ok PostgreSQL at /),
    ]);
    expect(rowsOf(used.output, 'store')[0]).toMatch(/^ok PostgreSQL at .*, schema version \d+$/);
    expect([tables, fresh.code, used.code]).toEqual([0, 0, 0]);
  },
);

test('the document that the catalogue is refreshed from is read as a refresh would read it', async () => {
  await using folder = temporaryFolder();
  const path = join(folder.path, 'models.json');
  const check = () => runCommand(['check', '--port', '0', '--catalogue-url', path], folder.path);
  const missing = await check();
  expect([missing.code, rowsOf(missing.output, 'models.json')[0]]).toEqual([1, 'PROBLEM ENOENT']);
  writeFileSync(path, 'no JSON');
  expect(rowsOf((await check()).output, 'models.json')).toEqual(['PROBLEM the document is no JSON']);
  const limit = { context: 128_000, output: 4_096 };
  const modalities = { input: ['text'], output: ['text'] };
  const model = { id: 'gpt-new', name: 'New', cost: { input: 1, output: 2 }, limit, modalities };
  writeFileSync(path, JSON.stringify({ openai: { models: { 'gpt-new': model } } }));
  const read = await check();
  expect([read.code, rowsOf(read.output, 'models.json')]).toEqual([0, ['ok it describes 1 model']]);
});

test('rules for access and trusted documents are read as a start reads them', async () => {
  await using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'access.json'), '{"keys": {"shop": {"nonsense": true}}}');
  writeFileSync(join(folder.path, 'documents.json'), '{"one": 1}');
  const words = ['check', '--port', '0', '--access', 'access.json', '--trusted-documents', 'documents.json'];
  const { code, output } = await runCommand(words, folder.path);
  expect(rowsOf(output, 'access.json')[0]).toMatch(/^PROBLEM access\.json: /);
  expect(rowsOf(output, 'documents')[0]).toMatch(/^PROBLEM documents\.json: /);
  expect(code).toBe(1);
});

test('a vendor with several keys is asked with each, and the one that it refuses is named by its place', async () => {
  await using folder = temporaryFolder();
  await using upstream = await startUpstream((exchange) =>
    exchange.headers.authorization === 'Bearer sk-second-key'
      ? sendJson(exchange, {}, { status: 403 })
      : sendJson(exchange, { data: [{ id: 'a' }] }),
  );
  const { code, output } = await runCommand(['check', '--port', '0'], folder.path, {
    OPENAI_API_KEY: 'sk-first-key*2,sk-second-key',
    OPENAI_BASE_URL: upstream.origin,
  });
  expect(rowsOf(output, 'openai')).toEqual([
    'ok key 1 of 2: it lists 1 model',
    'PROBLEM key 2 of 2: the list of models was answered with 403; check OPENAI_API_KEY',
  ]);
  expect([code, /sk-/.test(output)]).toEqual([1, false]);
});

test('the keys of an identity provider are asked for, and an address without any is a problem', async () => {
  await using folder = temporaryFolder();
  await using upstream = await startUpstream((exchange) => {
    const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'k' };
    sendJson(
      exchange,
      { '/keys': { keys: [key] }, '/none': { keys: [] } }[exchange.path] ?? { page: 'home' },
    );
  });
  const check = async (path: string, expected: number): Promise<readonly string[]> => {
    const { code, output } = await runCommand(['check', '--port', '0'], folder.path, {
      MODELGRAPH_JWT_ISSUER: 'https://id.example.com/',
      MODELGRAPH_JWT_AUDIENCE: 'modelgraph',
      MODELGRAPH_JWT_JWKS_URL: `${upstream.origin}${path}`,
    });
    expect(code).toBe(expected);
    return rowsOf(output, 'identity provider');
  };
  const { origin } = upstream;
  expect(await check('/keys', 0)).toEqual([`ok ${origin}/keys publishes 1 key`]);
  expect(await check('/none', 1)).toEqual([`PROBLEM ${origin}/none publishes no keys`]);
  expect(await check('/', 1)).toEqual([
    `PROBLEM ${origin}/: JSON Web Key Set malformed; check MODELGRAPH_JWT_JWKS_URL`,
  ]);
  await upstream[Symbol.asyncDispose]();
  expect((await check('/keys', 1))[0]).toMatch(
    /^PROBLEM .*\/keys: it cannot be reached: .*; check MODELGRAPH_JWT_JWKS_URL$/,
  );
});
