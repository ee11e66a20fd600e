import { Command, CommanderError } from 'commander';
import { readEnvironment } from '../config/env.ts';
import { findVersion } from '../config/find-version.ts';
import { OWN_COMMANDS } from './commands.ts';
import { addFlags } from './flags.ts';
import { createTerminal, type Terminal, watchReader } from './terminal.ts';

const OK = 0;
const INVALID_USAGE = 2;

/** Flags of the program itself; any other one in front of a command is one of `serve`. */
const PROGRAM_FLAGS: ReadonlySet<string> = new Set(['--help', '-h', '--version', '-V']);

const FLAGS_NOTE = `
Each flag stands for a variable and over it; the variables may be lines of a file .env in the working directory as well.
Secrets have no flags, because other users see the command line of a process: set the keys of vendors (OPENAI_API_KEY …)
and DATABASE_URL as variables. docs/configuration.md lists every one.`;

const PROGRAM_NOTE = `
modelgraph serve --help lists every setting.`;

/** What commands are called here: by npm in a clone of the repository, whose sources this is; else by name. */
const toCommandName = (name: string): string =>
  import.meta.url.endsWith('.ts') ? `npm run ${name} --` : `modelgraph ${name}`;

/** `serve` is what is meant where no command is named; `help <command>` is `<command> --help`. */
const normalise = (words: readonly string[]): readonly string[] => {
  const [first, ...rest] = words;
  if (first === undefined) return ['serve'];
  if (first === 'help') return [...rest.slice(0, 1), '--help'];
  return first.startsWith('-') && !PROGRAM_FLAGS.has(first) ? ['serve', ...words] : words;
};

const createProgram = (terminal: Terminal, onExit: (code: number) => void): Command => {
  const program = new Command('modelgraph')
    .description('A GraphQL server for text generation.')
    .version(findVersion())
    .addHelpText('after', PROGRAM_NOTE)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.output.write(text),
      writeErr: (text) => void terminal.errors.write(text),
    });
  const serve = program
    .command('serve')
    .description('start the server (what is done without a command)')
    .addHelpText('after', FLAGS_NOTE);
  const readServeFlags = addFlags(serve);
  serve.action(async () => {
    const { runServeCommand } = await import('./serve/run.ts');
    onExit(await runServeCommand(readServeFlags(), terminal));
  });
  const check = program
    .command('check')
    .description(
      'read the configuration, open the store, ask the vendors for their models, and say what is wrong',
    )
    .addHelpText(
      'after',
      `\nExit codes: 0 a server can start, 1 it cannot, or a vendor refuses its key.\n${FLAGS_NOTE}`,
    );
  const readCheckFlags = addFlags(check);
  check.action(async () => {
    const { runCheckCommand } = await import('./check/run.ts');
    onExit(await runCheckCommand(readCheckFlags(), terminal));
  });
  for (const [name, { summary }] of Object.entries(OWN_COMMANDS)) program.command(name).description(summary);
  return program;
};

const isHelpFlag = (word: string): boolean => word === '--help' || word === '-h';

/**
 * Runs the command that the words name and gives its exit code: 2 for an invalid command line. `serve` resolves once the
 * server has started.
 */
export const runProgram = async (given: readonly string[]): Promise<number> => {
  const terminal = createTerminal();
  const words = normalise(given);
  const [name = '', ...rest] = words;
  const asksForHelp = rest.some(isHelpFlag);
  watchReader(name === 'serve' && !asksForHelp);
  const own = Object.hasOwn(OWN_COMMANDS, name) ? OWN_COMMANDS[name] : undefined;
  if (own !== undefined) {
    const { run, toUsage } = await own.load();
    const commandName = toCommandName(name);
    if (!asksForHelp) return run(rest, { ...terminal, environment: readEnvironment(), commandName });
    terminal.output.write(`${toUsage(commandName).trimEnd()}\n`);
    return OK;
  }
  let exitCode = OK;
  try {
    await createProgram(terminal, (code) => {
      exitCode = code;
    }).parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === OK ? OK : INVALID_USAGE;
  }
};
