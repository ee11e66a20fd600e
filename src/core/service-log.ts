type LogFields = Readonly<Record<string, unknown>>;

/** Structured log lines. Prompts, answers and keys are never among the fields. */
export interface ServiceLog {
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}
