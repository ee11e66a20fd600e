import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ApiError, ask, type Server } from '../api.ts';

export interface KeyTerminal {
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  /** What the command is called here, for advice. */
  readonly commandName: string;
}

export interface KeyEnvironment {
  readonly MODELGRAPH_URL?: string | undefined;
  readonly MODELGRAPH_API_KEY?: string | undefined;
}

/** How the command is used; `name`: what it is called. */
export const toUsage = (name: string): string => `usage:
  ${name} <id>                                   creates a key; id is 1 to 32 lower-case letters and digits
  ${name} token <subject> [--expires <seconds>]  creates a token for a user of your key (default: 3600)
  ${name} revoke <subject>                       revokes every token that your key has created for a user

  --url <address>   address of the API (default: MODELGRAPH_URL, then http://127.0.0.1:4000/graphql)
  --key <key>       your key, with the operation "issue" (default: MODELGRAPH_API_KEY)
`;

const OK = 0;
const FAILED = 1;
const INVALID_USAGE = 2;

const DEFAULT_LIFETIME = '3600';
const TIMEOUT_MS = 30_000;

const OPTIONS = { url: { type: 'string' }, key: { type: 'string' }, expires: { type: 'string' } } as const;

/** undefined for a command line that cannot be read. */
const parse = (words: readonly string[]) => {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch {
    return undefined;
  }
};

const createKey = (id: string): string => {
  const key = `mg_${id}_${randomBytes(24).toString('base64url')}`;
  const entry = `${id}:${createHash('sha256').update(key).digest('hex')}`;
  return `For the client, shown only once:\n  ${key}\nFor the server, in MODELGRAPH_API_KEYS:\n  ${entry}\n`;
};

interface UserToken {
  readonly token: string;
  readonly expiresAt: string;
}

const createToken = async (server: Server, subject: string, seconds: number): Promise<string> => {
  const query = `mutation ($subject: String!, $seconds: Int!) {
    createUserToken(subject: $subject, expiresInSeconds: $seconds) { token expiresAt }
  }`;
  const { createUserToken: created } = await ask<{ readonly createUserToken: UserToken }>(
    server,
    query,
    { subject, seconds },
    AbortSignal.timeout(TIMEOUT_MS),
  );
  return `For the user, shown only once, until ${created.expiresAt}:\n  ${created.token}\n`;
};

const revokeTokens = async (server: Server, subject: string): Promise<string> => {
  const query = 'mutation ($subject: String!) { revokeUserTokens(subject: $subject) }';
  const { revokeUserTokens: count } = await ask<{ readonly revokeUserTokens: number }>(
    server,
    query,
    { subject },
    AbortSignal.timeout(TIMEOUT_MS),
  );
  return `Revoked ${count} ${count === 1 ? 'token' : 'tokens'}.\n`;
};

const describe = (error: unknown): string => {
  if (error instanceof ApiError) {
    const [problem] = error.problems;
    return [error.message, problem?.suggestion].filter((part) => part != null).join(' ');
  }
  return error instanceof Error ? error.message : String(error);
};

/** What a command prints; undefined for one that there is not. */
const readCommand = (
  words: readonly string[],
  environment: KeyEnvironment,
): (() => string | Promise<string>) | undefined => {
  const parsed = parse(words);
  if (parsed === undefined) return undefined;
  const { values, positionals } = parsed;
  const [name = '', subject, ...more] = positionals;
  const url = values.url ?? (environment.MODELGRAPH_URL || 'http://127.0.0.1:4000/graphql');
  if (more.length > 0 || !URL.canParse(url)) return undefined;
  const server = { url, key: values.key ?? (environment.MODELGRAPH_API_KEY || null) };
  const { expires = DEFAULT_LIFETIME } = values;
  if (name === 'token' && subject !== undefined && /^\d{1,9}$/.test(expires))
    return () => createToken(server, subject, Number(expires));
  if (values.expires !== undefined) return undefined;
  if (name === 'revoke' && subject !== undefined) return () => revokeTokens(server, subject);
  const isId =
    subject === undefined && name !== 'token' && name !== 'revoke' && /^[a-z0-9]{1,32}$/.test(name);
  return isId ? () => createKey(name) : undefined;
};

/** Gives the exit code: 0 success, 1 an error, 2 an invalid command line. */
export const runKeyCommand = async (
  words: readonly string[],
  environment: KeyEnvironment,
  { output, errors, commandName }: KeyTerminal,
): Promise<number> => {
  const command = readCommand(words, environment);
  if (command === undefined) {
    errors.write(toUsage(commandName));
    return INVALID_USAGE;
  }
  try {
    output.write(await command());
    return OK;
  } catch (error) {
    errors.write(`${describe(error)}\n`);
    return FAILED;
  }
};
