import { describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { ASK, codeOf, createAccessFile, keyOf } from '../../support/app/access.ts';
import { openRawSocket } from '../../support/app/clients.ts';
import { startServerProcess } from '../../support/app/server-process.ts';
import { createPoliteProvider } from '../../support/app/toy-app.ts';

const ANN = keyOf('ann');
const VIEWER = { query: '{ viewer { operations } }' };

const startWith = async (rules: unknown) => {
  const file = createAccessFile(rules);
  const overrides = { ...createPoliteProvider().overrides, accessIntervalMs: 20 };
  const app = await startApp({ apiKeys: [ANN.setting], accessFile: file.path }, overrides);
  const rewrite = async (content: unknown): Promise<TestApp['logLines'][number]> => {
    const before = app.logLines.length;
    file.write(content);
    return app.logged(
      (line) => app.logLines.indexOf(line) >= before && line.message.startsWith('the rules for access'),
    );
  };
  return {
    app,
    rewrite,
    async [Symbol.asyncDispose]() {
      await app.close();
      file[Symbol.dispose]();
    },
  };
};

const operationsOf = async (app: TestApp, key = ANN.key): Promise<unknown> => {
  const answer = await ASK.http(app, VIEWER, key);
  return codeOf(answer) ?? answer.data.viewer.operations;
};

describe('the file of the rules for access', () => {
  it('is read again when it has changed, and holds for open sockets as well', async () => {
    await using scene = await startWith({ keys: { ann: { operations: ['read'] } } });
    const { app, rewrite } = scene;
    expect(await operationsOf(app)).toEqual(['read']);
    await using socket = await openRawSocket(app, { init: { authorization: `Bearer ${ANN.key}` } });
    const bob = keyOf('bob');
    await rewrite({ keys: { ann: { operations: ['generate'] }, bob: { sha256: bob.setting.sha256 } } });
    expect(await operationsOf(app)).toEqual(['generate']);
    expect(await operationsOf(app, bob.key)).toEqual(['read', 'generate', 'batch']);
    socket.send({ type: 'subscribe', id: '1', payload: VIEWER });
    const { payload } = await socket.received(({ id }) => id === '1');
    expect(payload.data.viewer.operations).toEqual(['generate']);
    await rewrite({});
    expect(await operationsOf(app)).toEqual(['read', 'generate', 'batch']);
    expect(await operationsOf(app, bob.key)).toBe('UNAUTHENTICATED');
  });

  it.each([
    [
      'with one problem beside a good change',
      { keys: { ann: { operations: ['generate'] }, bob: { operations: [] } } },
      'keys.bob.sha256',
    ],
    [
      'that names a model that there is not',
      { keys: { ann: { operations: ['generate'], models: { names: ['toi'] } } } },
      'the nearest names are toy',
    ],
    [
      'that names a provider that there is not',
      { keys: { ann: { models: { providers: ['nowhere'] } } } },
      'keys.ann.models.providers',
    ],
    ['that is no JSON', '{', 'cannot be read'],
  ])('is taken in no part %s: the rules before stay in force', async (_name, content, problem) => {
    await using scene = await startWith({ keys: { ann: { operations: ['read'] } } });
    const line = await scene.rewrite(content);
    expect(line).toMatchObject({ level: 'error', message: expect.stringContaining('stay in force') });
    expect(JSON.stringify(line.fields)).toContain(problem);
    expect(await operationsOf(scene.app)).toEqual(['read']);
    await scene.rewrite({ keys: { ann: { operations: ['batch'] } } });
    expect(await operationsOf(scene.app)).toEqual(['batch']);
  });

  it('refuses the start with every problem of it', async () => {
    using file = createAccessFile({
      keys: { ann: { operations: ['write'] } },
      roles: { pro: { retentionDays: -1 } },
    });
    const starting = startApp({ apiKeys: [ANN.setting], accessFile: file.path });
    await expect(starting).rejects.toThrow(/operations\[0\](.|\n)*roles.pro.retentionDays/);
    await expect(startApp({ accessFile: `${file.path}.none` })).rejects.toThrow('cannot be read: ENOENT');
  });

  it('is read again on SIGHUP', async () => {
    using file = createAccessFile({ keys: { ann: { sha256: ANN.setting.sha256, operations: ['read'] } } });
    await using server = await startServerProcess({
      MODELGRAPH_ACCESS: file.path,
      MODELGRAPH_DATA: 'memory',
    });
    expect((await ASK.http(server, VIEWER, ANN.key)).data.viewer.operations).toEqual(['read']);
    file.write({ keys: { ann: { sha256: ANN.setting.sha256, operations: ['batch'] } } });
    server.child.kill('SIGHUP');
    await server.printed('the rules for access were taken');
    expect((await ASK.http(server, VIEWER, ANN.key)).data.viewer.operations).toEqual(['batch']);
  });
});

describe('the metrics', () => {
  it('are for keys, and for users with the operation of an administrator only', async () => {
    await using scene = await startWith({
      keys: { ann: { operations: ['issue', 'read'], users: { operations: ['read'] } } },
    });
    const { app } = scene;
    const query = 'mutation { createUserToken(subject: "x", expiresInSeconds: 60) { token } }';
    const { data } = await ASK.http(app, { query }, ANN.key);
    const scrape = async (token: string): Promise<number> =>
      (await fetch(new URL('/metrics', app.url), { headers: { authorization: `Bearer ${token}` } })).status;
    expect([
      await scrape(ANN.key),
      await scrape(data.createUserToken.token),
      await scrape('nonsense'),
    ]).toEqual([200, 403, 401]);
  });
});
