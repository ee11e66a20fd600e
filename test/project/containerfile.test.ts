import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validate } from 'dockerfile-utils';
import { createModelgraph } from '../../client/src/index.ts';
import { sizeOfFolder } from '../../scripts/prune-packages.ts';
import { startProcess } from '../support/app/server-process.ts';
import { findFreePort } from '../support/find-free-port.ts';
import {
  buildPlainImage,
  findFiles,
  type PlainImage,
  readSettings,
  readStages,
  type Stage,
} from './plain-image.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const text = read('Containerfile');
const stages = readStages(text);
const last = stages.at(-1) as Stage;
const MIB = 1024 * 1024;

const KEY = 'mg_operator_of-the-image';
const API_KEYS = `operator:${createHash('sha256').update(KEY).digest('hex')}`;

/** What the base image of the last stage has, besides the binary itself. */
const LIBRARIES_OF_THE_BASE =
  /^(?:linux-vdso|ld-linux[\w-]*|lib(?:c|m|dl|rt|pthread|stdc\+\+|gcc_s))\.so\.\d+$/;

/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const run = promisify(execFile);

describe('the Containerfile', () => {
  it('has no problem that a linter finds', () => {
    expect(validate(text)).toEqual([]);
  });

  it('names a version or a kind of each base image, never the latest', () => {
    for (const { image } of stages) expect(image).toMatch(/^[a-z.]+\/[a-z0-9/-]+:(?!latest)\S+$/);
  });

  it('runs one program as a numbered user without a shell, with one volume', () => {
    const { user, entrypoint, volumes, stopSignal, port, environment } = readSettings(last);
    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(entrypoint).toHaveLength(2);
    expect(volumes).toEqual(['/data']);
    expect(stopSignal).toBe('SIGTERM');
    expect(port).toBe(environment['PORT']);
    expect(last.steps.filter(({ keyword }) => keyword === 'RUN' || keyword === 'ADD')).toEqual([]);
  });

  it('copies nothing that the ignore file keeps from the builder', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    const copied = stages
      .flatMap(({ steps }) => steps)
      .filter(({ keyword, flags }) => keyword === 'COPY' && flags['from'] === undefined)
      .flatMap(({ parameters }) => parameters.slice(0, -1));
    expect(copied.map((path) => path.split('/')[0]).filter((path) => !allowed.includes(path ?? ''))).toEqual(
      [],
    );
  });
});

// Packages are installed anew, as in a container.
describe('the folder that its steps make', { timeout: 600_000 }, () => {
  let image: PlainImage;
  const start = async (environment: Readonly<Record<string, string>> = {}) => {
    const port = String(await findFreePort());
    const { settings, root } = image;
    const settingsHere = {
      ...settings.environment,
      MODELGRAPH_DATA: join(root, 'data'),
      TMPDIR: join(root, 'data'),
      PORT: port,
      ...environment,
    };
    const command = image.toCommand(settings.entrypoint);
    const server = await startProcess({ command, cwd: join(root, 'app') }, settingsHere);
    return { server, environment: settingsHere, origin: `http://127.0.0.1:${port}` };
  };

  beforeAll(async () => {
    image = await buildPlainImage('Containerfile');
  }, 600_000);
  afterAll(async () => {
    // There is none where its steps have failed.
    await (image as PlainImage | undefined)?.[Symbol.asyncDispose]();
  });

  it('is at most 300 MiB with Node', () => {
    const size = sizeOfFolder(image.root) / MIB;
    process.stdout.write(`The image has ${size.toFixed(0)} MiB beside its base.\n`);
    expect(size).toBeLessThanOrEqual(300);
  });

  it('has one Node, which needs no library that the base image lacks', async () => {
    const paths = await findFiles(image.root, /\/node$/);
    const isProgram = await Promise.all(
      paths.map(async (path) => {
        const file = await lstat(join(image.root, path));
        return file.isFile() && file.size > MIB;
      }),
    );
    expect(paths.filter((_path, index) => isProgram[index])).toEqual(['app/node_modules/node/bin/node']);
    const { stdout } = await run('ldd', [join(image.root, 'app/node_modules/node/bin/node')]);
    const libraries = [...stdout.matchAll(/^\s*(?:\S*\/)?(\S+)/gm)].flatMap(([, name]) => name ?? []);
    expect(libraries.length).toBeGreaterThan(3);
    expect(libraries.filter((name) => !LIBRARIES_OF_THE_BASE.test(name))).toEqual([]);
  });

  it('has no maps, no declarations and no packages for development', async () => {
    const { root } = image;
    expect(await findFiles(root, /\.map$|node_modules\/.*\.[cm]?tsx?$/)).toEqual([]);
    expect(await findFiles(root, /node_modules\/(?:vitest|typescript|@types)$/)).toEqual([]);
  });

  it('serves from a root that cannot be written to, is healthy, and ends at SIGTERM', async () => {
    const keys = {
      OPENAI: 'a',
      ANTHROPIC: 'b',
      GEMINI: 'c',
      GROQ: 'd',
      DEEPSEEK: 'e',
      PERPLEXITY: 'f',
      XAI: 'g',
    };
    const { server, environment, origin } = await start({
      MODELGRAPH_API_KEYS: API_KEYS,
      MODELGRAPH_DEMO_DELAY_MS: '0',
      ...Object.fromEntries(Object.entries(keys).map(([vendor, key]) => [`${vendor}_API_KEY`, key])),
    });
    await using _ended = server;
    const [program, ...parameters] = image.toCommand(image.settings.healthCheck);
    await run(program, parameters, { env: environment });
    const page = await fetch(`${origin}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    const modelgraph = createModelgraph({ url: `${origin}/graphql`, token: KEY });
    const generation = modelgraph.generate({
      model: 'demo-vision',
      messages: [
        {
          user: [
            { text: 'What is this?' },
            { image: { source: { upload: new File([PIXEL], 'a.png', { type: 'image/png' }) } } },
          ],
        },
      ],
    });
    await generation.result();
    modelgraph.dispose();
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    expect(server.lines.filter((line) => /"level":"(?:warn|error)"/.test(line))).toEqual([]);
  });

  it('does not start where others could reach it without a key', async () => {
    await expect(start({ MODELGRAPH_API_KEYS: '' })).rejects.toThrow(/MODELGRAPH_API_KEYS/);
  });

  it('is found to be unhealthy by its own command while no server answers', async () => {
    const [program, ...parameters] = image.toCommand(image.settings.healthCheck);
    await expect(
      run(program, parameters, { env: { PORT: String(await findFreePort()) } }),
    ).rejects.toMatchObject({
      code: 1,
    });
  });
});
