import { pino, stdTimeFunctions } from 'pino';
import type { Settings } from '../../config/settings.ts';
import { redactSecrets } from '../../src/core/secrets.ts';
import type { ServiceLog } from '../../src/core/service-log.ts';
import type { Terminal } from '../terminal.ts';
import { toPrettyLine } from './pretty-line.ts';

/**
 * The log of a server: one JSON object a line, or lines for people where the settings or a terminal ask for them. `fields` are on
 * every line.
 */
export const createLog = (
  { logLevel, logFormat }: Pick<Settings, 'logLevel' | 'logFormat'>,
  { output, isOutputTerminal, hasColours }: Pick<Terminal, 'output' | 'isOutputTerminal' | 'hasColours'>,
  fields: Readonly<Record<string, unknown>> | null = null,
): ServiceLog => {
  const isPretty = logFormat === 'pretty' || (logFormat === 'auto' && isOutputTerminal);
  const options = {
    level: logLevel,
    base: fields,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
    // Whatever a line was made of, a key of this server is not in it.
    hooks: { streamWrite: redactSecrets },
  };
  return isPretty
    ? pino(options, { write: (line: string) => void output.write(toPrettyLine(line, hasColours)) })
    : pino(options);
};
