import { gzipSync } from 'node:zlib';
import { type OutputChunk, rolldown } from 'rolldown';

export interface BundleSize {
  /** Of the entry with all that it loads at once, minified, in bytes. */
  readonly bytes: number;
  /** The same after gzip -9. */
  readonly gzipBytes: number;
  /** The same for all chunks, those that are loaded later among them. */
  readonly gzipBytesInAll: number;
  /** The packages that any of it needs. */
  readonly packages: readonly string[];
}

const ENTRY = '\0entry';

/** The chunks that a chunk loads at once, itself among them. */
const findLoaded = (
  chunks: ReadonlyMap<string, OutputChunk>,
  name: string,
  found = new Set<string>(),
): Set<string> => {
  if (found.has(name)) return found;
  found.add(name);
  for (const imported of chunks.get(name)?.imports ?? []) findLoaded(chunks, imported, found);
  return found;
};

/** Bundles a module for browsers, as an application would, and measures it. `external` packages are left out. */
export const measureBundle = async (code: string, external: readonly string[] = []): Promise<BundleSize> => {
  const bundle = await rolldown({
    input: 'entry',
    external: [...external],
    platform: 'browser',
    // As an application is bundled: what is loaded later may import from what was loaded first.
    preserveEntrySignatures: 'allow-extension',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? ENTRY : undefined),
        load: (id) => (id === ENTRY ? code : undefined),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  const chunks = new Map(
    output.flatMap((chunk) => (chunk.type === 'chunk' ? [[chunk.fileName, chunk] as const] : [])),
  );
  const entry = [...chunks.values()].find(({ isEntry }) => isEntry);
  if (entry === undefined) throw new Error('the bundle has no entry');
  const loaded = findLoaded(chunks, entry.fileName);
  const sizeOf = (chunk: OutputChunk): number => gzipSync(chunk.code, { level: 9 }).length;
  const first = [...chunks.values()].filter(({ fileName }) => loaded.has(fileName));
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const packages = [...chunks.values()].flatMap(({ moduleIds }) =>
    moduleIds.flatMap((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []),
  );
  return {
    bytes: sum(first.map((chunk) => chunk.code.length)),
    gzipBytes: sum(first.map(sizeOf)),
    gzipBytesInAll: sum([...chunks.values()].map(sizeOf)),
    packages: [...new Set(packages)],
  };
};
