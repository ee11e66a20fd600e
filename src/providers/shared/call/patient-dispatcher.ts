const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/** As much of undici's interface as matters here: `fetch` takes it as its `dispatcher` option. */
export interface Dispatcher {
  dispatch(options: object, handler: object): unknown;
}

const patient = new Map<number, Dispatcher | undefined>();

/**
 * A dispatcher for `fetch` without undici's own 300 s limits on waiting for headers and body bytes: a reasoning model
 * may be silent for longer, and how long to wait is decided elsewhere. Opening a connection, with its TLS handshake,
 * takes `connectTimeoutMs` at most, which undici measures to about a second; through a proxy undici's own 10 s stay.
 * One per process and limit, made on first use, of the class that is in force (an environment with a proxy keeps it).
 * undefined where Node keeps undici out of reach: then all of undici's limits stay.
 */
export const findPatientDispatcher = (connectTimeoutMs: number): Dispatcher | undefined => {
  if (!patient.has(connectTimeoutMs)) {
    // undici puts its dispatcher in place when it is first used: without this the first call would keep the limits.
    new Request('http://localhost/').headers.keys();
    patient.set(connectTimeoutMs, createPatientDispatcher(globalThis, connectTimeoutMs));
  }
  return patient.get(connectTimeoutMs);
};

/** As `findPatientDispatcher`, from any holder of the symbol and without keeping it. */
export const createPatientDispatcher = (
  holder: Readonly<Record<symbol, unknown>>,
  connectTimeoutMs: number,
): Dispatcher | undefined => {
  const current = holder[GLOBAL_DISPATCHER];
  if (typeof current !== 'object' || current === null) return undefined;
  try {
    const Agent = current.constructor as new (options: object) => Dispatcher;
    const made = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: connectTimeoutMs } });
    return typeof made.dispatch === 'function' ? made : undefined;
  } catch {
    // The global dispatcher was replaced by a class that does not take these options: it stays in force.
    return undefined;
  }
};
