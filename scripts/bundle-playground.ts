import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { build } from 'rolldown';
import { createGraphiqlAssets } from './playground/graphiql-assets.ts';
import type { Asset } from './playground/split-styles.ts';

const PLAYGROUND = new URL('../src/server/playground/', import.meta.url);
const GENERATED = new URL('generated/', PLAYGROUND);
const ASSETS = new URL('assets/', GENERATED);
const NOTE = '// Bundled from src/server/playground/browser by `npm run playground`. Do not edit.';

/** The playground's own program as one script without imports, which runs before GraphiQL's. */
const bundlePlayground = async (): Promise<string> => {
  const { output } = await build({
    input: fileURLToPath(new URL('browser/main.ts', PLAYGROUND)),
    platform: 'browser',
    write: false,
    tsconfig: false,
    transform: { target: 'es2022' },
    output: { format: 'iife', banner: NOTE },
  });
  return output[0].code;
};

const compress = (bytes: Buffer): Buffer =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });

/** Fonts in WOFF are compressed already. */
const isCompressed = ({ name }: Asset): boolean => /\.woff2?$/.test(name);

const toFileName = (asset: Asset): string => (isCompressed(asset) ? asset.name : `${asset.name}.br`);

const isWritten = async (asset: Asset): Promise<boolean> => {
  const file = await readFile(new URL(toFileName(asset), ASSETS)).catch(() => undefined);
  return file !== undefined && asset.bytes.equals(isCompressed(asset) ? file : brotliDecompressSync(file));
};

const writeAssets = async (assets: readonly Asset[]): Promise<void> => {
  await mkdir(ASSETS, { recursive: true });
  const wanted = new Set(assets.map(toFileName));
  for (const name of await readdir(ASSETS)) if (!wanted.has(name)) await rm(new URL(name, ASSETS));
  for (const asset of assets)
    if (!(await isWritten(asset)))
      await writeFile(
        new URL(toFileName(asset), ASSETS),
        isCompressed(asset) ? asset.bytes : compress(asset.bytes),
      );
};

/** `node scripts/bundle-playground.ts` writes the programs; with `--check` it fails when a file is not current. */
const graphiql = createGraphiqlAssets();
const texts = new Map([
  ['browser.js', await bundlePlayground()],
  [
    'graphiql.json',
    `${JSON.stringify({ script: graphiql.script.name, style: graphiql.style.name }, null, 2)}\n`,
  ],
]);
if (process.argv.includes('--check')) {
  const current = await Promise.all([
    ...graphiql.all.map(isWritten),
    ...[...texts].map(
      async ([name, text]) => text === (await readFile(new URL(name, GENERATED), 'utf8').catch(() => '')),
    ),
  ]);
  if (current.includes(false)) {
    process.stderr.write(
      'src/server/playground/generated is not current: run `npm run playground` and commit it.\n',
    );
    process.exitCode = 1;
  }
} else {
  for (const [name, text] of texts) await writeFile(new URL(name, GENERATED), text);
  await writeAssets(graphiql.all);
}
