let tasks: (() => void)[] = [];

const runTasks = (): void => {
  const running = tasks;
  let done = 0;
  try {
    // A task may add others, which belong to the same turn.
    for (; done < running.length; done += 1) running[done]?.();
  } finally {
    tasks = running.slice(done + 1);
    if (tasks.length > 0) setImmediate(runTasks);
  }
};

/**
 * Runs a task once everything that is ready in this turn of the event loop has been handled, after the tasks that were
 * added before. All tasks of a turn share one wake-up of the process; a task that throws does not keep others from
 * running.
 */
export const atEndOfTurn = (task: () => void): void => {
  if (tasks.push(task) === 1) setImmediate(runTasks);
};

/**
 * Runs a task at the end of this turn, after whatever the promises of this moment still schedule for then: Node runs what is
 * for the next tick once no promise is left. Undici sends a request on a kept connection at the end of the turn it was made in
 * (`scheduleIdleSocketValidation`, undici 7.29), so that this comes after it.
 */
export const afterPromises = (task: () => void): void => {
  process.nextTick(() => setImmediate(task));
};
