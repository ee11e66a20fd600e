import type { Environment } from '../../config/provider-settings.ts';

const EVERY_MS = 250;

/**
 * Calls once the shell between `npx` and this process is gone: npm passes a signal on to that shell alone, which ends and
 * leaves its program running. Without `npx` nothing is watched. Keeps no process alive.
 */
export const watchNpm = (environment: Environment, onGone: () => void): void => {
  if (environment['npm_command'] !== 'exec') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, EVERY_MS);
  timer.unref();
};
