import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import tls from 'node:tls';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { endedBatch, requestsOf, submitted } from '../../support/app/batch-requests.ts';
import { startSilentServer } from '../../support/upstream/silent-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TEST_CERTIFICATE, TEST_KEY } from '../../support/upstream/test-certificate.ts';
import { createToy, toyOverrides } from '../../support/app/toy-provider.ts';
import { startUpstream } from '../../support/upstream/upstream-server.ts';
import { startServerProcess } from '../../support/app/server-process.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four bytes, or of more').toString('base64')}`;

interface Delivery {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Receiver extends AsyncDisposable {
  readonly origin: string;
  readonly deliveries: readonly Delivery[];
  /** Why handshakes have failed, in order. */
  readonly refusals: readonly (string | undefined)[];
  /** The delivery with that index, once it has come. */
  delivery(index: number): Promise<Delivery>;
}

/** A receiver whose certificate is its own. */
const startReceiver = async (
  answer: (index: number) => { readonly status: number; readonly location?: string } = () => ({
    status: 204,
  }),
  address = '127.0.0.1',
): Promise<Receiver> => {
  const deliveries: Delivery[] = [];
  const refusals: (string | undefined)[] = [];
  const server = createServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, (request, response) => {
    void text(request).then((body) => {
      const { status, location } = answer(deliveries.length);
      deliveries.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(status, location === undefined ? {} : { location }).end();
    });
  });
  server.on('tlsClientError', (error: Error & { code?: string }) => void refusals.push(error.code));
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    origin: `https://${address}:${(server.address() as AddressInfo).port}`,
    deliveries,
    refusals,
    async delivery(index) {
      for (;;) {
        const delivery = deliveries[index];
        if (delivery !== undefined) return delivery;
        await setImmediate();
      }
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const verified = ({ body, headers }: Delivery): unknown =>
  new Webhook(SECRET).verify(body, headers as Record<string, string>);

const usual = tls.getCACertificates('default');
const trust = (): void => tls.setDefaultCACertificates([...usual, TEST_CERTIFICATE]);
afterEach(() => {
  tls.setDefaultCACertificates(usual);
  vi.useRealTimers();
});

const startTold = (url: string, { allowPrivate = true, timeoutMs = 5_000 } = {}): Promise<TestApp> =>
  startApp(
    { webhook: { url, secret: SECRET, allowPrivate } },
    {
      ...toyOverrides(createToy()),
      webhookTiming: { pollMs: 20, firstRetryMs: 1, maxRetryMs: 1, timeoutMs },
    },
  );

const endBatch = async (app: { readonly url: string }, model = 'toy'): Promise<string> => {
  const id = await submitted(app, requestsOf(['a', 'b'], { model }));
  await endedBatch(app, id);
  return id;
};

/** Resolves once it has been tried in vain so often. */
const untilTried = async (app: TestApp, message: string, count: number) => {
  const tries = () => app.logLines.filter((line) => line.message === message);
  while (tries().length < count) await setImmediate();
  return tries();
};

const NOT_SENT = 'a webhook could not be sent';
const NOT_TAKEN = 'a webhook was not taken';

test('a receiver with a certificate of its own is told where the operator trusts that', async () => {
  await using receiver = await startReceiver();
  await using folder = temporaryFolder();
  const certificate = join(folder.path, 'authority.pem');
  await writeFile(certificate, TEST_CERTIFICATE);
  await using server = await startServerProcess({
    MODELGRAPH_WEBHOOK_URL: `${receiver.origin.replace('127.0.0.1', 'localhost')}/hook?of=mine`,
    MODELGRAPH_WEBHOOK_SECRET: SECRET,
    MODELGRAPH_WEBHOOK_ALLOW_PRIVATE: 'on',
    NODE_EXTRA_CA_CERTS: certificate,
  });
  const id = await endBatch(server, 'demo');
  const delivery = await receiver.delivery(0);
  expect(delivery.path).toBe('/hook?of=mine');
  expect(verified(delivery)).toMatchObject({ type: 'batch.completed', data: { id, status: 'COMPLETED' } });
}, 30_000);

describe('a receiver over https', () => {
  test('whose certificate nobody vouches for is tried again and again, and never told anything', async () => {
    await using receiver = await startReceiver();
    await using app = await startTold(`${receiver.origin}/hook`);
    await endBatch(app);
    const tries = await untilTried(app, NOT_SENT, 3);
    expect(new Set(tries.map(({ fields }) => (fields['err'] as { code: string }).code))).toEqual(
      new Set(['DEPTH_ZERO_SELF_SIGNED_CERT']),
    );
    expect(receiver.deliveries).toEqual([]);
    expect(receiver.refusals.length).toBeGreaterThan(1);
    // What comes in the clear.
    expect(receiver.refusals).not.toContain('ERR_SSL_HTTP_REQUEST');
  });

  test.skipIf(process.platform !== 'linux')(
    'whose certificate is of another name is told nothing',
    async () => {
      trust();
      await using receiver = await startReceiver(undefined, '127.0.0.2');
      await using app = await startTold(receiver.origin);
      await endBatch(app);
      const [first] = await untilTried(app, NOT_SENT, 2);
      expect(first?.fields['err']).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
      expect(receiver.deliveries).toEqual([]);
    },
  );

  test('that sends elsewhere is not followed, to another path as little as to one in the clear', async () => {
    trust();
    await using plain = await startUpstream(({ response }) => void response.writeHead(204).end());
    const elsewhere = [
      { status: 307, location: `${plain.origin}/hook` },
      { status: 308, location: '/other' },
      { status: 303, location: '/other' },
    ];
    await using receiver = await startReceiver((index) => elsewhere[index] ?? { status: 204 });
    await using app = await startTold(`${receiver.origin}/hook`);
    const id = await endBatch(app);
    expect(verified(await receiver.delivery(3))).toMatchObject({ data: { id } });
    expect(receiver.deliveries.map(({ path }) => path)).toEqual(['/hook', '/hook', '/hook', '/hook']);
    expect((await untilTried(app, NOT_TAKEN, 3)).map(({ fields }) => fields['status'])).toEqual([
      307, 308, 303,
    ]);
    expect(plain.connections()).toBe(0);
  });

  test('is told the same under the same id each time, signed at the time of the attempt', async () => {
    trust();
    vi.useFakeTimers({ toFake: ['Date'] });
    const TEN_MINUTES_MS = 600_000;
    const sentAt: number[] = [];
    await using receiver = await startReceiver((index) => {
      sentAt.push(Date.now());
      // A library of Standard Webhooks takes nothing that is older than five minutes.
      vi.setSystemTime(Date.now() + TEN_MINUTES_MS);
      return { status: index < 2 ? 503 : 200 };
    });
    await using app = await startTold(receiver.origin);
    const id = await endBatch(app);
    await receiver.delivery(2);
    const { deliveries } = receiver;
    expect(new Set(deliveries.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([`${id}_completed`]),
    );
    expect(new Set(deliveries.map(({ body }) => body)).size).toBe(1);
    for (const [index, delivery] of deliveries.entries()) {
      vi.setSystemTime(sentAt[index] ?? 0);
      expect(verified(delivery)).toMatchObject({ type: 'batch.completed', data: { id } });
    }
    const [first, , last] = deliveries;
    expect(Number(last?.headers['webhook-timestamp']) - Number(first?.headers['webhook-timestamp'])).toBe(
      1_200,
    );
    expect(last?.headers['webhook-signature']).not.toBe(first?.headers['webhook-signature']);
  });

  test('that says nothing to the handshake is given up each time, and tried again', async () => {
    await using silent = await startSilentServer();
    await using app = await startTold(silent.origin.replace('http:', 'https:'), { timeoutMs: 50 });
    await endBatch(app);
    await Promise.all([silent.closed(0), silent.closed(1)]);
    const [first] = await untilTried(app, NOT_SENT, 2);
    expect(first?.fields['err']).toMatchObject({ name: 'AbortError' });
  });

  test.each(['127.0.0.1', '2130706433', '[::ffff:127.0.0.1]', 'localhost'])(
    'at the private address %s is not connected to unless that is allowed',
    async (host) => {
      trust();
      await using receiver = await startReceiver();
      await using app = await startTold(receiver.origin.replace('127.0.0.1', host), { allowPrivate: false });
      await endBatch(app);
      const [first] = await untilTried(app, NOT_SENT, 2);
      expect(String(first?.fields['err'])).toBe('Error: the address is not a public one');
      expect([receiver.deliveries, receiver.refusals]).toEqual([[], []]);
    },
  );
});
