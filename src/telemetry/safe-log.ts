import { redactSecrets } from '../core/secrets.ts';
import type { ServiceLog } from '../core/service-log.ts';
import { redactFields } from './redact-fields.ts';

const reasonOf = (error: unknown): string =>
  error instanceof Error ? redactSecrets(error.message) : 'it threw no error';

/**
 * A log whose calls never throw, so that a failed line does not fail the work that writes it, and whose lines hold no key of
 * this server. A line that cannot be written (because a getter of its fields throws, or its destination is closed) is
 * reported as an error without its fields, on standard error if the log accepts no line at all.
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
        log[level](redactFields(fields), redactSecrets(message));
      } catch (error) {
        report(message, error);
      }
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};
