import { parseArgs } from 'node:util';

/** The command line is invalid. */
export class UsageError extends Error {}

/** How the command is used; `name`: what it is called. */
export const toUsage = (name: string): string => `usage:
  ${name} submit <file.jsonl> [--model <name>] [--name <text>] [--idempotency-key <text>] [--detach]
  ${name} status <id> [--watch]
  ${name} results <id> [--out <file>]
  ${name} cancel <id>
  ${name} list

  --url <address>   address of the API (default: MODELGRAPH_URL, then http://127.0.0.1:4000/graphql)
  --key <key>       key for the server (default: MODELGRAPH_API_KEY)

Each line of the file is {"customId": …, "input": {"model": …, "prompt": …}}, an input of BatchRequestInput, or in short
{"customId": …, "prompt": …}. --model sets the model of lines without one. --detach does not wait for the end.

exit codes: 0 success, 1 an error, 2 an invalid command line, 3 the batch has ended and some requests have no answer`;

interface Shared {
  readonly url: string;
  readonly key: string | null;
}

export type Command = Shared &
  (
    | {
        readonly type: 'submit';
        readonly path: string;
        readonly model: string | null;
        readonly displayName: string | null;
        readonly idempotencyKey: string | null;
        readonly detach: boolean;
      }
    | { readonly type: 'status'; readonly id: string; readonly watch: boolean }
    | { readonly type: 'results'; readonly id: string; readonly out: string | null }
    | { readonly type: 'cancel'; readonly id: string }
    | { readonly type: 'list' }
  );

export interface CommandEnvironment {
  readonly MODELGRAPH_URL?: string | undefined;
  readonly MODELGRAPH_API_KEY?: string | undefined;
}

const OPTIONS = {
  url: { type: 'string' },
  key: { type: 'string' },
  model: { type: 'string' },
  name: { type: 'string' },
  'idempotency-key': { type: 'string' },
  detach: { type: 'boolean' },
  watch: { type: 'boolean' },
  out: { type: 'string' },
} as const;

type Option = keyof typeof OPTIONS;

const OPTIONS_OF: Readonly<Record<Command['type'], readonly Option[]>> = {
  submit: ['model', 'name', 'idempotency-key', 'detach'],
  status: ['watch'],
  results: ['out'],
  cancel: [],
  list: [],
};

const isCommand = (word: string): word is Command['type'] => Object.hasOwn(OPTIONS_OF, word);

const parse = (words: readonly string[]) => {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

/** Throws `UsageError` for an invalid command line. */
export const readCommandLine = (words: readonly string[], environment: CommandEnvironment): Command => {
  const { values, positionals } = parse(words);
  const [name = '', subject, ...more] = positionals;
  if (!isCommand(name))
    throw new UsageError(name === '' ? 'A command is missing.' : `There is no command "${name}".`);
  const foreign = Object.keys(values).find((option) => !['url', 'key', ...OPTIONS_OF[name]].includes(option));
  if (foreign !== undefined) throw new UsageError(`${name} has no option --${foreign}.`);
  if (more.length > 0 || (name === 'list' && subject !== undefined))
    throw new UsageError(`${name} does not take "${more[0] ?? subject ?? ''}".`);
  const url = values.url ?? (environment.MODELGRAPH_URL || 'http://127.0.0.1:4000/graphql');
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new UsageError(`"${url}" is not an address.`);
  const shared = { url, key: values.key ?? (environment.MODELGRAPH_API_KEY || null) };
  if (name === 'list') return { ...shared, type: name };
  if (subject === undefined)
    throw new UsageError(name === 'submit' ? 'submit needs a file.' : `${name} needs the id of a batch.`);
  switch (name) {
    case 'submit':
      return {
        ...shared,
        type: name,
        path: subject,
        model: values.model ?? null,
        displayName: values.name ?? null,
        idempotencyKey: values['idempotency-key'] ?? null,
        detach: values.detach ?? false,
      };
    case 'status':
      return { ...shared, type: name, id: subject, watch: values.watch ?? false };
    case 'results':
      return { ...shared, type: name, id: subject, out: values.out ?? null };
    case 'cancel':
      return { ...shared, type: name, id: subject };
  }
};
