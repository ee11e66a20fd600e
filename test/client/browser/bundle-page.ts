import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'rolldown';
import { compileRelay, linkRelay } from './compile-relay.ts';
import { recipeOf } from './recipes.ts';

const CLIENT = new URL('../../../client/', import.meta.url);
const PAGES = new URL('test/pages/', CLIENT);

/** False where the packages of client/ are not installed: a bundle has nothing to be made of. */
export const canBundle = (): boolean => existsSync(new URL('node_modules/react', CLIENT));

/** `recipe:<section>` is the code of that section of docs/clients.md, and `modelgraph-client` is the package's source. */
const createResolver = (folder: string): Plugin => ({
  name: 'ours',
  resolveId: (id) => {
    const [, section] = /^recipe:(.+)$/.exec(id) ?? [];
    // A file that is not there, in the folder that its imports are resolved from.
    if (section !== undefined) return fileURLToPath(new URL(`recipe-${section}.tsx`, PAGES));
    const [, entry] = /^modelgraph-client(?:\/(.+))?$/.exec(id) ?? [];
    if (id !== 'modelgraph-client' && entry === undefined) return undefined;
    return fileURLToPath(new URL(entry === undefined ? 'src/index.ts' : `src/${entry}/index.ts`, CLIENT));
  },
  load: async (id) => {
    const [, section] = /\/recipe-([\w-]+)\.tsx$/.exec(id) ?? [];
    if (section === undefined) return undefined;
    const { code, language } = recipeOf(section);
    if (section !== 'relay') return { code, moduleType: language };
    return { code: linkRelay(code, await compileRelay(code, folder)), moduleType: language };
  },
});

/** A program of client/test/pages as one script. */
export const bundlePage = async (name: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'modelgraph-page-'));
  try {
    const { output } = await build({
      input: fileURLToPath(new URL(`${name}.ts`, PAGES)),
      platform: 'browser',
      write: false,
      tsconfig: false,
      plugins: [createResolver(folder)],
      transform: { target: 'es2024', jsx: 'react-jsx', define: { 'process.env.NODE_ENV': '"production"' } },
      onLog: () => undefined,
      output: { format: 'esm', codeSplitting: false },
    });
    return output[0].code;
  } finally {
    await rm(folder, { recursive: true });
  }
};
