import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'rolldown';
import { recipeOf } from './recipes.ts';

const CLIENT = new URL('../../../client/', import.meta.url);
const PAGES = new URL('test/pages/', CLIENT);

/** False where the packages of client/ are not installed: a bundle has nothing to be made of. */
export const canBundle = (): boolean => existsSync(new URL('node_modules/react', CLIENT));

/** `recipe:<section>` is the code of that section of docs/clients.md, and `modelgraph-client` is the package's source. */
const resolveOurs: Plugin = {
  name: 'ours',
  resolveId: (id) => {
    const [, section] = /^recipe:(.+)$/.exec(id) ?? [];
    // A file that is not there, in the folder that its imports are resolved from.
    if (section !== undefined) return fileURLToPath(new URL(`recipe-${section}.tsx`, PAGES));
    const [, entry] = /^modelgraph-client(?:\/(.+))?$/.exec(id) ?? [];
    if (id !== 'modelgraph-client' && entry === undefined) return undefined;
    return fileURLToPath(new URL(entry === undefined ? 'src/index.ts' : `src/${entry}/index.ts`, CLIENT));
  },
  load: (id) => {
    const [, section] = /\/recipe-([\w-]+)\.tsx$/.exec(id) ?? [];
    if (section === undefined) return undefined;
    const { code, language } = recipeOf(section);
    return { code, moduleType: language };
  },
};

/** A program of client/test/pages as one script. */
export const bundlePage = async (name: string): Promise<string> => {
  const { output } = await build({
    input: fileURLToPath(new URL(`${name}.ts`, PAGES)),
    platform: 'browser',
    write: false,
    tsconfig: false,
    plugins: [resolveOurs],
    transform: { target: 'es2024', jsx: 'react-jsx', define: { 'process.env.NODE_ENV': '"production"' } },
    onLog: () => undefined,
    output: { format: 'esm', codeSplitting: false },
  });
  return output[0].code;
};
