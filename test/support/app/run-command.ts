import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

export interface CommandRun {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the program to its end in a folder, with nothing in its environment but what is given. */
export const runCommand = async (
  words: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandRun> => {
  const child = spawn(process.execPath, [MAIN, ...words], { cwd, env: environment });
  const { promise: ended, resolve } = Promise.withResolvers<number | null>();
  child.once('exit', resolve);
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, output, errors };
};
