import { expect, test } from 'vitest';
import { SingleFlight } from '../../src/lib/single-flight.ts';

/** Work that ends when the test says so. */
const createWork = () => {
  const runs: PromiseWithResolvers<void>[] = [];
  const work = (): Promise<void> => {
    const run = Promise.withResolvers<void>();
    runs.push(run);
    return run.promise;
  };
  return { runs, work };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('work that is requested while it runs is run once more, however often it was requested', async () => {
  const { runs, work } = createWork();
  const flight = new SingleFlight(work, () => {});
  const first = flight.run();
  for (let request = 0; request < 5; request += 1) void flight.run();
  expect(runs).toHaveLength(1);
  runs[0]?.resolve();
  await turn();
  expect(runs).toHaveLength(2);
  runs[1]?.resolve();
  await first;
  await turn();
  expect(runs).toHaveLength(2);
});

test('a request after the end starts a run of its own', async () => {
  const { runs, work } = createWork();
  const flight = new SingleFlight(work, () => {});
  for (let run = 0; run < 3; run += 1) {
    const running = flight.run();
    expect(runs).toHaveLength(run + 1);
    runs[run]?.resolve();
    await running;
  }
});

test('work that requests itself goes on until it no longer does', async () => {
  let runs = 0;
  const flight: SingleFlight = new SingleFlight(
    async () => {
      runs += 1;
      if (runs < 4) void flight.run();
    },
    () => {},
  );
  await flight.run();
  expect(runs).toBe(4);
});

test('an error is given to the handler, and the requested run is made all the same', async () => {
  const { runs, work } = createWork();
  const errors: unknown[] = [];
  const flight = new SingleFlight(work, (error) => errors.push(error));
  const running = flight.run();
  void flight.run();
  runs[0]?.reject(new Error('the first one fails'));
  await turn();
  runs[1]?.resolve();
  await running;
  expect(errors).toEqual([new Error('the first one fails')]);
  expect(runs).toHaveLength(2);
});

test('work that throws at once is an error like any other', async () => {
  const errors: unknown[] = [];
  const flight = new SingleFlight(
    () => {
      throw new Error('at once');
    },
    (error) => errors.push(error),
  );
  await flight.run();
  await flight.run();
  expect(errors).toEqual([new Error('at once'), new Error('at once')]);
});

test('settling drops the requested run and waits for the one that is under way', async () => {
  const { runs, work } = createWork();
  const flight = new SingleFlight(work, () => {});
  const running = flight.run();
  void flight.run();
  let settled = false;
  const settling = flight.settled().then(() => {
    settled = true;
  });
  await turn();
  expect(settled).toBe(false);
  runs[0]?.resolve();
  await settling;
  await running;
  expect(runs).toHaveLength(1);
});
