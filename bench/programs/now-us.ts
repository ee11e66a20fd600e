/** Microseconds of the machine's monotonic clock, which is the same in every process. */
export const nowUs = (): number => Number(process.hrtime.bigint() / 1_000n);
