type LogFields = Readonly<Record<string, unknown>>;

/**
 * Structured log lines. Prompts and keys are never among the fields; `debug` alone may carry the words of a vendor that
 * quotes them.
 */
export interface ServiceLog {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/**
 * The same log, whose lines never throw: a line that cannot be written ends no work. It is reported as a defect instead, if
 * the log takes that.
 */
export const createSafeLog = (log: ServiceLog): ServiceLog => {
  const writeSafely =
    (level: keyof ServiceLog): ServiceLog['info'] =>
    (fields, message) => {
      try {
        log[level](fields, message);
      } catch (error) {
        reportLostLine(log, error, message);
      }
    };
  return {
    debug: writeSafely('debug'),
    info: writeSafely('info'),
    warn: writeSafely('warn'),
    error: writeSafely('error'),
  };
};

const reportLostLine = (log: ServiceLog, error: unknown, line: string): void => {
  try {
    log.error({ err: error, line }, 'a line could not be logged');
  } catch {
    // The log takes nothing at all, and there is no other place to say so.
  }
};
