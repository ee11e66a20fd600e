export interface LinkedController {
  readonly signal: AbortSignal;
  readonly abort: (reason?: unknown) => void;
  /** Ends the link: aborting what it was linked to changes nothing any more. */
  readonly unlink: () => void;
}

/** A controller that is aborted with the signals that it is linked to, and on its own. */
export const createLinkedController = (
  ...signals: readonly (AbortSignal | undefined)[]
): LinkedController => {
  const controller = new AbortController();
  const links = signals.flatMap((signal) => {
    if (signal === undefined) return [];
    const abort = (): void => controller.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    return [() => signal.removeEventListener('abort', abort)];
  });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => {
      for (const unlink of links) unlink();
    },
  };
};
