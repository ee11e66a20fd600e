import { glob, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createSchema } from '../../src/schema/index.ts';
import { DEFAULT_LIMITS } from '../../src/server/limits.ts';
import { checkDocument } from './check-document.ts';
import { readDocuments } from '../../src/server/trusted-documents/read-documents.ts';
import { extractDocuments, type SourceFile } from './extract-documents.ts';

export interface Terminal {
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  /** What the command is called here, for advice. */
  readonly commandName: string;
}

/** How the command is used; `name`: what it is called. */
export const toUsage = (name: string): string => `usage:
  ${name} extract <source or glob>… [--out <file>] [--ids <file>] [--keep]
  ${name} check <file>…

extract collects the operations of .graphql files and of templates in programs (gql, graphql, /* GraphQL */), each with its
fragments, into an object of their texts by SHA-256 (default: trusted-documents.json). --ids writes their ids by name, for a
client. --keep leaves the documents that are in the file already, for clients that are not updated yet.
check holds files of documents against the schema and the limits of the server, and lists what they leave to clients.

exit codes: 0 success, 1 a problem, 2 an invalid command line`;

const OK = 0;
const FAILED = 1;
const INVALID_USAGE = 2;

const OPTIONS = {
  out: { type: 'string' },
  ids: { type: 'string' },
  keep: { type: 'boolean' },
} as const;

/** Quoted or not, a glob is one file or many; dependencies are never among them. */
const readSources = async (patterns: readonly string[]): Promise<readonly SourceFile[]> => {
  const paths = new Set<string>();
  for (const pattern of patterns)
    for await (const path of glob(pattern, { exclude: (name) => name === 'node_modules' })) paths.add(path);
  return Promise.all(
    [...paths].toSorted().map(async (path) => ({ path, content: await readFile(path, 'utf8') })),
  );
};

const toJson = (entries: readonly (readonly [string, string])[]): string =>
  `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;

const report = (problems: readonly string[], { errors }: Terminal): number => {
  for (const problem of problems) errors.write(`${problem}\n`);
  return problems.length > 0 ? FAILED : OK;
};

interface Extraction {
  readonly out: string;
  readonly ids: string | undefined;
  readonly keep: boolean;
}

const extract = async (
  patterns: readonly string[],
  { out, ids, keep }: Extraction,
  terminal: Terminal,
): Promise<number> => {
  const { documents, problems } = extractDocuments(await readSources(patterns));
  const kept = keep ? await readDocuments([out]) : { documents: new Map<string, string>(), problems: [] };
  const all = [...problems, ...kept.problems];
  if (documents.length === 0) all.push('no operation was found in these sources');
  if (all.length > 0) return report(all, terminal);
  const texts = new Map([...kept.documents, ...documents.map(({ id, text }) => [id, text] as const)]);
  await writeFile(out, toJson([...texts]));
  if (ids !== undefined) await writeFile(ids, toJson(documents.map(({ id, name }) => [name, id])));
  terminal.output.write(`${out}: ${texts.size} documents\n`);
  return OK;
};

const check = async (files: readonly string[], terminal: Terminal): Promise<number> => {
  const { documents, problems } = await readDocuments(files);
  const schema = createSchema();
  const checked = [...documents].map(([id, text]) => ({
    id,
    ...checkDocument(text, schema, DEFAULT_LIMITS),
  }));
  for (const { openPlaces } of checked)
    for (const { operation, place, variable } of openPlaces)
      terminal.output.write(`${operation}: ${place} is left to the client, as ${variable}\n`);
  const found = [
    ...problems,
    ...checked.flatMap(({ id, problems: ofOne }) => ofOne.map((problem) => `${id}: ${problem}`)),
  ];
  if (found.length === 0) terminal.output.write(`${documents.size} documents fit the schema\n`);
  return report(found, terminal);
};

/** Gives the exit code. */
export const runDocumentsCommand = async (words: readonly string[], terminal: Terminal): Promise<number> => {
  try {
    const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
    const [command, ...subjects] = positionals;
    const { out = 'trusted-documents.json', ids, keep = false } = values;
    if (subjects.length > 0 && command === 'extract')
      return await extract(subjects, { out, ids, keep }, terminal);
    if (subjects.length > 0 && command === 'check' && Object.keys(values).length === 0)
      return await check(subjects, terminal);
  } catch (error) {
    const { code = '', message } = error as { readonly code?: string; readonly message: string };
    if (!code.startsWith('ERR_PARSE_ARGS')) return report([message], terminal);
    terminal.errors.write(`${message}\n`);
  }
  terminal.errors.write(`${toUsage(terminal.commandName)}\n`);
  return INVALID_USAGE;
};
