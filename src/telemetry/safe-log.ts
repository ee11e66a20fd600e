import type { ServiceLog } from '../core/service-log.ts';

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'it threw no error');

/**
 * The same log, whose lines never throw: work that writes a line goes on whatever becomes of it. A line that cannot be
 * written (a field whose getter throws, a destination that is gone) is reported as a defect without its fields, to the
 * standard error output where the log takes no line at all.
 */
export const createSafeLog = (log: ServiceLog): ServiceLog => {
  const report = (message: string, error: unknown): void => {
    const fields = { line: message, reason: reasonOf(error) };
    try {
      log.error(fields, 'a log line could not be written');
    } catch {
      process.stderr.write(`a log line could not be written: ${JSON.stringify(fields)}\n`);
    }
  };
  const write =
    (level: keyof ServiceLog) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      try {
        log[level](fields, message);
      } catch (error) {
        report(message, error);
      }
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};
