import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const PLAYGROUND = new URL('../src/server/playground/', import.meta.url);
const FILE = new URL('generated/browser.js', PLAYGROUND);
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

/** `node scripts/bundle-playground.ts` writes the program; with `--check` it fails when the file is not current. */
const bundled = await bundlePlayground();
if (process.argv.includes('--check')) {
  const current = await readFile(FILE, 'utf8').catch(() => '');
  if (current !== bundled) {
    process.stderr.write(
      'src/server/playground/generated is not current: run `npm run playground` and commit it.\n',
    );
    process.exitCode = 1;
  }
} else {
  await writeFile(FILE, bundled);
}
