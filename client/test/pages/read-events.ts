/** What is pushed by a subscription, as an iteration. */
export async function* readEvents(
  subscribe: (reader: {
    next(event: unknown): void;
    error(error: unknown): void;
    complete(): void;
  }) => unknown,
): AsyncGenerator {
  const pending: (() => unknown)[] = [];
  let wake: () => void = () => undefined;
  let isDone = false;
  const push = (give: () => unknown): void => {
    pending.push(give);
    wake();
  };
  subscribe({
    next: (event) => push(() => event),
    error: (error) =>
      push(() => {
        throw error;
      }),
    complete: () => {
      isDone = true;
      wake();
    },
  });
  for (;;) {
    for (const give of pending.splice(0)) yield give();
    if (pending.length > 0) continue;
    if (isDone) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}
