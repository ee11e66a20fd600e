import { type Command, Option } from 'commander';
import type { Environment } from '../config/provider-settings.ts';
import { type Variable, VARIABLES } from '../config/variables.ts';

/** `--log-level` of `MODELGRAPH_LOG_LEVEL`, `--port` of `PORT`. */
export const toFlag = (variable: string): string =>
  `--${variable
    .replace(/^MODELGRAPH_/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`;

/** Descriptions are written for a table in Markdown. */
const toPlain = (markdown: string): string =>
  markdown.replaceAll(/ See \[[^\]]*\]\([^)]*\)\./g, '').replaceAll('`', '');

const toOption = ({ name, default: usual, unit, description }: Variable): Option => {
  const notes = [name, ...(usual === '' ? [] : [`default: ${usual}`])].join(', ');
  return new Option(`${toFlag(name)} <${unit ?? 'value'}>`, `${toPlain(description)} (${notes})`);
};

/** Adds a flag for each variable that holds no secret. The function gives those that were set, by variable. */
export const addFlags = (command: Command): (() => Environment) => {
  const options = VARIABLES.filter((variable: Variable) => variable.isSecret !== true).map((variable) => ({
    name: variable.name,
    option: toOption(variable),
  }));
  for (const { option } of options) command.addOption(option);
  return () =>
    Object.fromEntries(
      options.flatMap(({ name, option }) => {
        const value: unknown = command.getOptionValue(option.attributeName());
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    );
};
