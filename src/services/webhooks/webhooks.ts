import { Webhook } from 'standardwebhooks';
import type { ServiceLog } from '../../core/service-log.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import type { WebhookDelivery, WebhookOutcome, WebhookStore } from '../../stores/batches/webhook-store.ts';
import { isPublicAddress } from '../media/guarded-lookup.ts';
import { postWebhook } from './post-webhook.ts';
import { toWebhookBody } from './to-webhook-body.ts';

export interface WebhookTiming {
  /** How often a node polls the store for deliveries that are due, besides when it is notified of a change of a batch. */
  readonly pollMs: number;
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** After so long nothing is tried any more. */
  readonly giveUpAfterMs: number;
  readonly timeoutMs: number;
}

export const WEBHOOK_TIMING: WebhookTiming = {
  pollMs: 2_000,
  firstRetryMs: 5_000,
  maxRetryMs: 3_600_000,
  giveUpAfterMs: 86_400_000,
  timeoutMs: 15_000,
};

export interface WebhooksOptions {
  readonly store: WebhookStore;
  readonly url: string;
  readonly secret: string;
  readonly allowPrivate: boolean;
  readonly log: ServiceLog;
  readonly timing: WebhookTiming;
}

const MAX_AT_ONCE = 5;
const DELETE_STEP = 1_000;

/** Half of the delay is chance, so that a receiver that comes back does not get everything at once. */
const retryDelayMs = (attempts: number, { firstRetryMs, maxRetryMs }: WebhookTiming): number =>
  Math.min(firstRetryMs * 2 ** Math.min(attempts - 1, 30), maxRetryMs) * (0.5 + Math.random() / 2);

/**
 * Notifies the operator's receiver of every batch that has ended, at least once, whichever node it ended on and over
 * restarts: until the receiver answers with 2xx, for a day. Signed by Standard Webhooks.
 */
export class Webhooks {
  readonly #options: WebhooksOptions;
  readonly #signer: Webhook;
  readonly #stopping = new AbortController();
  readonly #delivering = new SingleFlight(
    () => this.#deliverDue(),
    (error) =>
      this.#options.log.warn({ err: error }, 'the store could not be asked for webhooks; trying again'),
  );
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;

  constructor(options: WebhooksOptions) {
    this.#options = options;
    this.#signer = new Webhook(options.secret);
  }

  /** Rejects when the store is away. */
  async start(): Promise<void> {
    const { store, timing } = this.#options;
    await store.start();
    this.#stopListening = store.onBatchChange(() => this.#wake());
    this.#timer = setInterval(() => this.#wake(), timing.pollMs);
    this.#wake();
  }

  /** Ends what is under way; it is tried again by the next start, or another node. Resolves once nothing runs. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopListening?.();
    this.#stopping.abort();
    await this.#delivering.settled();
    try {
      await this.#options.store.leave();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'webhooks under way could not be left to other nodes');
    }
  }

  #wake(): void {
    if (!this.#stopping.signal.aborted) void this.#delivering.run();
  }

  async #deliverDue(): Promise<void> {
    const { store, timing } = this.#options;
    await store.collect();
    await store.deleteExpired(DELETE_STEP);
    // A lease outlasts the attempt it is for.
    const due = await store.claim(MAX_AT_ONCE, timing.timeoutMs * 2 + 5_000);
    // There may be more of them.
    if (due.length === MAX_AT_ONCE) this.#wake();
    await Promise.all(due.map((delivery) => this.#deliver(delivery)));
  }

  /** One delivery that fails, whatever of it fails, leaves the others alone. */
  async #deliver(delivery: WebhookDelivery): Promise<void> {
    const { store, log } = this.#options;
    const fields = { batchId: delivery.batch.id, attempts: delivery.attempts };
    try {
      const isTaken = await this.#attempt(delivery);
      if (!isTaken && this.#stopping.signal.aborted) return;
      await store.settle(delivery, isTaken ? { type: 'delivered' } : this.#afterFailure(delivery));
    } catch (error) {
      log.warn({ ...fields, err: error }, 'what became of a webhook could not be stored; it is sent again');
    }
  }

  /** Whether the receiver has taken it. */
  async #attempt({ batch, attempts }: WebhookDelivery): Promise<boolean> {
    const { url, allowPrivate, timing, log } = this.#options;
    const { signal } = this.#stopping;
    const fields = { batchId: batch.id, attempts };
    try {
      const body = toWebhookBody(batch);
      const id = `${batch.id}_${batch.status}`;
      const now = new Date();
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': this.#signer.sign(id, now, body),
      };
      const status = await postWebhook(url, { body, headers }, signal, {
        timeoutMs: timing.timeoutMs,
        isAllowedAddress: allowPrivate ? () => true : isPublicAddress,
      });
      if (status >= 200 && status < 300) return true;
      log.warn({ ...fields, status }, 'a webhook was not taken');
    } catch (error) {
      if (!signal.aborted) log.warn({ ...fields, err: error }, 'a webhook could not be sent');
    }
    return false;
  }

  #afterFailure({ batch, attempts, ageMs }: WebhookDelivery): WebhookOutcome {
    const { timing, log } = this.#options;
    const retryAfterMs = retryDelayMs(attempts, timing);
    if (ageMs + retryAfterMs < timing.giveUpAfterMs) return { type: 'failed', retryAfterMs };
    log.error({ batchId: batch.id, attempts }, 'a webhook was given up');
    return { type: 'given-up' };
  }
}
