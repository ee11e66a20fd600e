import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../config/env.ts';
import { startApp, type TestApp } from '../support/app/app.ts';
import { ASK, codeOf, createAccessFile } from '../support/app/access.ts';
import { type Issuer, startIssuer } from '../support/app/issuer.ts';
import { toArray } from '../support/to-array.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const GUIDE = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8');
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** The first block of the guide in a language, as a reader would copy it. */
const blockOf = (language: string): string => {
  const block = new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\``, 'ms').exec(GUIDE)?.[1];
  if (block === undefined) throw new Error(`the guide has no block of ${language}`);
  return block.replaceAll(/^ {3}/gm, '');
};

type Ask = (text: string) => AsyncGenerator<string>;
interface Chat {
  readonly createChat: (url: string, getToken: () => Promise<string>) => Ask;
}

/** The page's program, in a folder where it finds its package. */
const loadChat = async (folder: string): Promise<Chat> => {
  symlinkSync(MODULES, join(folder, 'node_modules'));
  const path = join(folder, 'chat.js');
  writeFileSync(path, blockOf('js'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Chat;
};

/** The server of the guide, with an issuer of this machine in the place of the one that it names. */
const startAsWritten = async (issuer: Issuer, now: () => number) => {
  const environment = Object.fromEntries(
    Object.entries(parseEnv(blockOf('sh'))).map(([name, value]) => [
      name,
      (value ?? '')
        .replace('https://id.example.com/.well-known/jwks.json', issuer.jwksUrl)
        .replace('https://id.example.com/', issuer.url),
    ]),
  );
  const settings = parseSettings(environment, ['demo']);
  const { jwt, introspection, playground, allowedOrigins } = settings;
  if (jwt === null) throw new Error('the guide sets no identity provider');
  const file = createAccessFile(JSON.parse(blockOf('json')));
  const app = await startApp(
    { jwt, introspection, playground, allowedOrigins, accessFile: file.path },
    { tokenClock: now },
  );
  return {
    app,
    async [Symbol.asyncDispose]() {
      await app.close();
      file[Symbol.dispose]();
    },
  };
};

const answerOf = async (pieces: AsyncGenerator<string>): Promise<string> => (await toArray(pieces)).join('');

const socketUrl = ({ url }: TestApp): string => url.replace(/^http/, 'ws');

describe('the guide to a public chat', () => {
  it('can be followed as it is written, with nothing but an identity provider', async () => {
    await using issuer = await startIssuer('RS256');
    await using folder = temporaryFolder();
    await using server = await startAsWritten(issuer, Date.now);
    const { app } = server;
    const viewer = { query: blockOf('graphql') };
    const user = { aud: 'chat' };
    expect((await ASK.http(app, viewer, await issuer.sign(user))).data.viewer).toEqual({
      id: expect.stringMatching(/^user:jwt-[0-9a-f]{12}:ann$/),
      kind: 'USER',
      models: ['demo'],
      operations: ['read', 'generate'],
    });
    const staff = await issuer.sign({ ...user, 'https://chat.example.com/roles': ['staff'] });
    expect((await ASK.http(app, viewer, staff)).data.viewer).toMatchObject({
      models: null,
      operations: ['read', 'generate', 'batch', 'admin'],
    });
    expect(codeOf(await ASK.http(app, viewer, null))).toBe('UNAUTHENTICATED');
    const { createChat } = await loadChat(folder.path);
    const ask = createChat(socketUrl(app), () => issuer.sign(user));
    expect(await answerOf(ask('Hello'))).toMatch(/\w/);
  });

  it('has a page that goes on with a fresh token when the one of its socket has expired', async () => {
    let now = Date.now();
    await using issuer = await startIssuer('RS256');
    await using folder = temporaryFolder();
    await using server = await startAsWritten(issuer, () => now);
    const { createChat } = await loadChat(folder.path);
    let tokens = 0;
    const ask = createChat(socketUrl(server.app), () => {
      tokens += 1;
      return issuer.sign({ aud: 'chat', exp: Math.floor(now / 1_000) + 60 });
    });
    // A stream that is not read to its end keeps the socket open.
    const first = ask('Hello');
    expect((await first.next()).value).toMatch(/\w/);
    now += 3_600_000;
    expect(await answerOf(ask('Hello again'))).toMatch(/\w/);
    expect(tokens).toBe(2);
    expect((await toArray(first)).join('')).toMatch(/\w/);
  });
});
