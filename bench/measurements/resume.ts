import { createRandom } from '../../test/support/create-random.ts';
import { type Followed, followWithDrops } from '../clients/follow-with-drops.ts';
import type { Measurement } from '../report/measurement.ts';
import { startModelgraph, startUpstream } from '../programs/servers.ts';
import { toText } from '../report/statistics.ts';

const CLIENTS = 40;
const DELTAS = 200;
const INTERVAL_MS = 5;
/** A connection breaks after 1 to this many events. */
const DROP_WITHIN = 20;

const sum = (followed: readonly Followed[], read: (one: Followed) => number): number =>
  followed.reduce((total, one) => total + read(one), 0);

export const resume: Measurement = {
  name: 'resume',
  title: 'Events lost and doubled over broken connections',
  run: async ({ pick, say }) => {
    await using upstream = await startUpstream();
    await using server = await startModelgraph({
      upstreamUrl: upstream.baseUrl,
      settings: { disconnectGraceMs: 10_000 },
    });
    const wanted = pick(10_000, 600);
    const followed: Followed[] = [];
    let drops = 0;
    const work = async (client: number): Promise<void> => {
      const random = createRandom(client);
      for (let round = 0; drops < wanted; round += 1) {
        const plan = { key: `resume-${client}-${round}`, deltas: DELTAS, intervalMs: INTERVAL_MS };
        const one = await followWithDrops({ urls: [server.url], plan, random, dropWithin: DROP_WITHIN });
        followed.push(one);
        drops += one.drops;
      }
    };
    say(`${wanted} disconnects`);
    const began = performance.now();
    await Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)));
    const seconds = (performance.now() - began) / 1_000;
    const lost = sum(followed, (one) => one.lost);
    const doubled = sum(followed, (one) => one.doubled);
    const cuts = sum(followed, (one) => one.cuts + one.refusals.length);
    const incomplete = followed.filter(
      ({ complete, end }) => !complete || end !== 'GenerationCompleted',
    ).length;
    return {
      method: `${CLIENTS} clients start generations of ${DELTAS} deltas, one every ${INTERVAL_MS} ms, and break each connection after 1 to ${DROP_WITHIN} events without closing it; they resume with \`generationEvents(id, after: cursor)\` over WebSocket or SSE at random. Sequence and \`offset\` of every event are checked, and at the end the assembled text against the generation's own and against what the upstream sent.`,
      tables: [
        {
          title: 'Disconnects',
          head: [
            'disconnects',
            'generations',
            'events lost',
            'events doubled',
            'texts incomplete',
            'snapshots',
            'cut or refused',
            'seconds',
          ],
          rows: [
            [
              drops,
              followed.length,
              lost,
              doubled,
              incomplete,
              sum(followed, (one) => one.snapshots),
              cuts,
              seconds,
            ].map(toText),
          ],
        },
      ],
      verdicts: [
        { goal: '0 lost', found: toText(lost), reached: lost === 0 },
        { goal: '0 connections cut or refused by the server', found: toText(cuts), reached: cuts === 0 },
        { goal: '0 doubled', found: toText(doubled), reached: doubled === 0 },
        { goal: 'every text complete', found: `${incomplete} are not`, reached: incomplete === 0 },
      ],
      notes: [],
    };
  },
};
