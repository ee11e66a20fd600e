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
