import { AsyncLocalStorage } from 'node:async_hooks';
import { ModelgraphError } from '../core/errors.ts';
import type { GenerationError } from '../core/generation.ts';
import type { ServiceLog } from '../core/service-log.ts';
import { toGenerationError } from '../core/to-generation-error.ts';
import { createDefectReport } from './report-failure.ts';

/** A generation that is under way. */
interface FailingWork {
  readonly id: string;
  /** Ignored once it has ended. */
  fail(error: GenerationError): void;
}

const current = new AsyncLocalStorage<FailingWork>();

const toDefectError = (): GenerationError =>
  toGenerationError(new ModelgraphError('INTERNAL', 'The server failed to complete the generation.'));

/** Logs a defect and ends the generation that it has come from, if it can still be ended. Never throws. */
const endByDefect = (error: unknown, work: FailingWork | undefined, log: ServiceLog): void => {
  const report = createDefectReport(log, work === undefined ? {} : { generationId: work.id });
  report(error);
  try {
    work?.fail(toDefectError());
  } catch (failure) {
    report(failure);
  }
};

/**
 * Starts a piece of work of a generation that no caller waits for. What it rejects with, and what anything throws that it has started, is
 * logged with the generation's id and ends that generation.
 */
export const startInBackground = (
  work: FailingWork,
  log: ServiceLog,
  start: () => Promise<unknown>,
): void => {
  const fail = (error: unknown): void => endByDefect(error, work, log);
  current.run(work, () => {
    try {
      start().catch(fail);
    } catch (error) {
      // Thrown before there was a promise.
      fail(error);
    }
  });
};

/**
 * Keeps errors that no code has caught from ending the process, and with it every other generation: they are logged as defects,
 * and the generation that they have come from ends. Gives a function that leaves them to Node again.
 */
export const catchDefects = (log: ServiceLog): (() => void) => {
  const handle = (error: unknown): void => endByDefect(error, current.getStore(), log);
  process.on('uncaughtException', handle);
  process.on('unhandledRejection', handle);
  return () => {
    process.off('uncaughtException', handle);
    process.off('unhandledRejection', handle);
  };
};
