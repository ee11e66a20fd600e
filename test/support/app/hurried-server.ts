import { readSettings } from '../../../config/env.ts';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { buildApp } from '../../../src/app.ts';

/** What the server tells its parent. */
export type ServerNews = { readonly url: string } | { readonly logged: string };

const tell = (news: ServerNews): void => void process.send?.(news);

const note = (_fields: Readonly<Record<string, unknown>>, message: string): void => tell({ logged: message });

// The server as it is run, but with short leases and waits: a program of its own.
const app = await buildApp(
  readSettings(Object.keys(MODEL_CONFIGS)),
  { debug: () => {}, info: note, warn: note, error: note },
  {
    batchTiming: {
      leaseMs: 2_000,
      claimPollMs: 50,
      firstPollMs: 20,
      maxPollMs: 100,
      settleMs: 300,
      subscriptionPollMs: 200,
      subscriptionGapMs: 0,
    },
  },
);
tell({ url: await app.listen() });
