import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPlugins } from '../../src/server/load-plugins.ts';
import { startServerProcess } from '../support/app/server-process.ts';
import { request, startApp } from '../support/app/app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const write = async (folder: string, name: string, source: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, source);
  return path;
};

const MARKING = `
  export const plugins = [
    { onExecute: () => ({ onExecuteDone: ({ result, setResult }) => setResult({ ...result, extensions: { marked: true } }) }) },
  ];
`;

describe('the module of MODELGRAPH_PLUGINS', () => {
  test.each(['plugins.mjs', 'plugins.ts'])('is a file such as %s', async (name) => {
    await using folder = temporaryFolder();
    await using app = await startApp({ plugins: await write(folder.path, name, MARKING) });
    expect(await request(app, '{ __typename }')).toEqual({
      data: { __typename: 'Query' },
      extensions: { marked: true },
    });
  });

  test('is a package of the working directory', async () => {
    await using folder = temporaryFolder();
    const home = join(folder.path, 'node_modules', 'my-plugins');
    await mkdir(home, { recursive: true });
    await write(home, 'package.json', '{ "name": "my-plugins", "type": "module", "exports": "./index.js" }');
    await write(home, 'index.js', MARKING);
    await using server = await startServerProcess({ MODELGRAPH_PLUGINS: 'my-plugins' }, folder.path);
    expect(await request(server, '{ __typename }')).toMatchObject({ extensions: { marked: true } });
  });

  const unusable: Readonly<Record<string, readonly [source: string, message: RegExp]>> = {
    'cannot be read': ['export const plugins = [', /cannot be loaded/],
    'throws while it is loaded': ["throw new Error('no database')", /cannot be loaded: no database/],
    'exports no plugins': ['export const guards = [];', /must export a list named "plugins"/],
    'exports something else': ['export const plugins = {};', /must export a list named "plugins"/],
    'lists something else': [
      'export const plugins = [null, "x"];',
      /plugin 1 is no object[^]*plugin 2 is no/,
    ],
    'misspells a hook': ['export const plugins = [{ onExcute() {} }];', /do not exist: onExcute/],
    'has a plugin without hooks': ['export const plugins = [{}];', /plugin 1 has no hook/],
  };
  test.each(Object.entries(unusable))(
    'that %s stops the start with what is wrong',
    async (_what, [source, message]) => {
      await using folder = temporaryFolder();
      const path = await write(folder.path, 'plugins.mjs', source);
      await expect(loadPlugins(path)).rejects.toMatchObject({
        code: 'INTERNAL',
        message: expect.stringMatching(message) as string,
      });
      await expect(loadPlugins(path)).rejects.toThrow('MODELGRAPH_PLUGINS');
    },
  );

  test('that is not there stops the start with its name', async () => {
    await expect(loadPlugins('./nowhere.mjs')).rejects.toThrow(/\.\/nowhere\.mjs: cannot be loaded/);
    await expect(loadPlugins('no-such-package')).rejects.toThrow(/no-such-package: cannot be loaded/);
  });
});
