import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createAuthenticate } from '../../src/server/auth.ts';
import type { GraphqlPipeline } from '../../src/server/graphql.ts';
import { createAvailability, toReadiness } from '../../src/server/health.ts';
import { createHttpServer } from '../../src/server/http.ts';
import { listen } from '../../src/server/listen.ts';

const ignore = (): void => undefined;

describe('readiness', () => {
  it('is there when every part is up, and names them', () => {
    expect(toReadiness(false, { store: () => true })).toEqual({
      ready: true,
      body: { status: 'ready', checks: { store: 'up' } },
    });
    expect(toReadiness(false, {})).toEqual({ ready: true, body: { status: 'ready', checks: {} } });
  });

  it('is gone when one part is down, and says which', () => {
    expect(toReadiness(false, { store: () => false, disk: () => true })).toEqual({
      ready: false,
      body: { status: 'not ready', checks: { store: 'down', disk: 'up' } },
    });
  });

  it('is gone once the server is closing, whatever the parts say', () => {
    expect(toReadiness(true, { store: () => true })).toEqual({
      ready: false,
      body: { status: 'shutting down', checks: { store: 'up' } },
    });
  });
});

describe('an availability', () => {
  it('outlasts an outage that is shorter than it tolerates', () => {
    let now = 0;
    const store = createAvailability(5_000, () => now);
    expect(store.isReliable()).toBe(true);
    store.note(false);
    now = 4_999;
    expect(store.isReliable()).toBe(true);
    store.note(true);
    now = 60_000;
    expect(store.isReliable()).toBe(true);
  });

  it('is lost from then on, counted from the first sign, until the part is back', () => {
    let now = 0;
    const store = createAvailability(5_000, () => now);
    store.note(false);
    now = 3_000;
    store.note(false);
    now = 5_000;
    expect(store.isReliable()).toBe(false);
    store.note(true);
    expect(store.isReliable()).toBe(true);
  });
});

describe('/health/ready', () => {
  it('answers 503 and names the part while one is down, and 200 again as soon as it is back', async () => {
    let isUp = false;
    const server = createHttpServer({
      // Nothing is asked of the API here.
      pipeline: {} as GraphqlPipeline,
      authenticate: createAuthenticate([]),
      originPolicy: { loopbackOnly: true, allowedOrigins: [] },
      playground: false,
      maxBodyBytes: 1_024,
      maxUploadBytes: 1_024,
      maxBatchFileBytes: 1_024,
      heartbeatMs: 1_000,
      isClosing: () => false,
      readinessChecks: { store: () => isUp },
      metrics: null,
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    });
    const url = `${await listen(server, '127.0.0.1', 0)}/health`;
    try {
      const down = await fetch(`${url}/ready`);
      expect([down.status, await down.json()]).toEqual([
        503,
        { status: 'not ready', checks: { store: 'down' } },
      ]);
      expect((await fetch(`${url}/live`)).status).toBe(200);
      isUp = true;
      const up = await fetch(`${url}/ready`);
      expect([up.status, await up.json()]).toEqual([200, { status: 'ready', checks: { store: 'up' } }]);
    } finally {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    }
  });
});
