import { createModelgraph, type Modelgraph } from '../../client/src/index.ts';
import { type Fault, startFaultyProxy } from '../../test/client/faulty-proxy.ts';
import { createRandom } from '../../test/support/create-random.ts';
import { type CheckedLog, createLogCheck } from '../clients/check-log.ts';
import type { UpstreamReport } from '../programs/paced-upstream.ts';
import { toPrompt } from '../programs/plan.ts';
import { startModelgraph, startUpstream } from '../programs/servers.ts';
import type { Measurement, Report } from '../report/measurement.ts';
import { toText } from '../report/statistics.ts';

const CLIENTS = 40;
const DELTAS = 200;
const INTERVAL_MS = 5;
/** A connection breaks after less than this many bytes; the last event has about 10,000. */
const BREAK_WITHIN_BYTES = 24_000;
/** The answer to an upgrade, or the head of a stream, has a few hundred. */
const HEAD_BYTES = 400;
const HEAD_CHANCE = 0.15;
/** Chance that what the client sends is cut instead: its request has about 3,000 bytes. */
const SENT_CHANCE = 0.1;
const SENT_BYTES = 3_500;

const findFault = (random: () => number): Fault => {
  const kind = random();
  if (kind < SENT_CHANCE) return { afterSent: Math.floor(random() * SENT_BYTES) };
  const within = kind < SENT_CHANCE + HEAD_CHANCE ? HEAD_BYTES : BREAK_WITHIN_BYTES;
  return { afterReceived: Math.floor(random() * within) };
};

interface Read extends CheckedLog {
  readonly key: string;
  /** Whether the snapshot and the result have the text that the events make up. */
  readonly isWhole: boolean;
}

/** Reads one generation through the package, and checks each event of it. */
const readGeneration = async (client: Modelgraph, key: string): Promise<Read> => {
  const plan = { key, deltas: DELTAS, intervalMs: INTERVAL_MS };
  const log = createLogCheck(plan);
  const handle = client.generate({ model: 'gpt-4o', prompt: toPrompt(plan) });
  let text = '';
  for await (const event of handle.events()) {
    if (event.__typename === 'TextDelta') text += event.text;
    log.take(event);
  }
  const { text: whole } = await handle.result();
  const result = log.findResult();
  if (result === undefined) throw new Error(`no end has come of ${key}`);
  return { ...result, key, isWhole: text === whole && handle.snapshot.text === whole };
};

const toReport = (
  read: readonly Read[],
  asked: UpstreamReport['asked'],
  drops: number,
  seconds: number,
): Report => {
  const sum = (count: (one: Read) => number): number => read.reduce((total, one) => total + count(one), 0);
  const lost = sum((one) => one.lost);
  const doubled = sum((one) => one.doubled);
  const snapshots = sum((one) => one.snapshots);
  const incomplete = sum(({ complete, end, isWhole }) =>
    complete && isWhole && end === 'GenerationCompleted' ? 0 : 1,
  );
  const notOnce = sum(({ key }) => (asked[key] === 1 ? 0 : 1));
  const requests = Object.values(asked).reduce((total, count) => total + count, 0);
  return {
    method: `${CLIENTS} clients of the package, every second one over SSE and the others over WebSocket, read generations of ${DELTAS} deltas, one every ${INTERVAL_MS} ms, through a proxy that resets every connection: most after 0 to ${BREAK_WITHIN_BYTES} bytes of the server, ${HEAD_CHANCE * 100} % within the first ${HEAD_BYTES}, ${SENT_CHANCE * 100} % after 0 to ${SENT_BYTES} bytes of the client, before it has sent its request as a rule. Sequence and offset of every event are checked, the text of the events against the snapshot, the result and what the upstream sent, and the requests that reached the upstream are counted for each generation.`,
    tables: [
      {
        title: 'Drops through the package',
        head: [
          'drops',
          'generations',
          'requests upstream',
          'events lost',
          'events doubled',
          'texts incomplete',
          'snapshots',
          'not asked exactly once',
          'seconds',
        ],
        rows: [
          [drops, read.length, requests, lost, doubled, incomplete, snapshots, notOnce, seconds].map(toText),
        ],
      },
    ],
    verdicts: [
      { goal: '0 lost', found: toText(lost), reached: lost === 0 },
      { goal: '0 doubled', found: toText(doubled), reached: doubled === 0 },
      { goal: '0 asked twice', found: toText(notOnce), reached: notOnce === 0 && requests === read.length },
      { goal: 'every text complete', found: `${incomplete} are not`, reached: incomplete === 0 },
    ],
    notes: [],
  };
};

export const client: Measurement = {
  name: 'client',
  title: 'Generations through the client package over connections that break',
  run: async ({ pick, say }) => {
    await using upstream = await startUpstream();
    await using server = await startModelgraph({ upstreamUrl: upstream.baseUrl });
    const random = createRandom(1);
    await using proxy = await startFaultyProxy(server.url, () => findFault(random));
    const wanted = pick(10_000, 600);
    say(`${wanted} drops`);
    const read: Read[] = [];
    const work = async (index: number): Promise<void> => {
      const one = createModelgraph({
        url: proxy.url,
        transport: index % 2 === 0 ? 'websocket' : 'sse',
        reconnect: { baseDelayMs: 5, maxDelayMs: 40 },
      });
      for (let round = 0; proxy.broken() < wanted; round += 1)
        read.push(await readGeneration(one, `client-${index}-${round}`));
      one.dispose();
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: CLIENTS }, (_, index) => work(index)));
    const seconds = (performance.now() - began) / 1_000;
    const { asked } = await upstream.child.ask<UpstreamReport>('report');
    return toReport(read, asked, proxy.broken(), seconds);
  },
};
