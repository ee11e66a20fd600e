import { describe, expect, it } from 'vitest';
import type { Services } from '../../src/server/context.ts';
import { createAvailability, toReadiness } from '../../src/server/health.ts';
import { serveBare } from '../support/app/bare-server.ts';

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
    // Nothing is asked of the API here.
    const services = {} as Services;
    await using served = await serveBare({ services, readinessChecks: { store: () => isUp } });
    const url = new URL('/health', served.url).href;
    const down = await fetch(`${url}/ready`);
    expect([down.status, await down.json()]).toEqual([
      503,
      { status: 'not ready', checks: { store: 'down' } },
    ]);
    expect((await fetch(`${url}/live`)).status).toBe(200);
    isUp = true;
    const up = await fetch(`${url}/ready`);
    expect([up.status, await up.json()]).toEqual([200, { status: 'ready', checks: { store: 'up' } }]);
  });
});
