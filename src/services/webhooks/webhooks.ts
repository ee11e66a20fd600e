import { Webhook } from 'standardwebhooks';
import type { Batch } from '../../core/batch.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import type { WebhookDelivery, WebhookOutcome, WebhookStore } from '../../stores/batches/webhook-store.ts';
import { isPublicAddress } from '../media/guarded-lookup.ts';
import { postWebhook } from './post-webhook.ts';

export interface WebhookTiming {
  /** How often a node looks for what is due, besides when it is told of a batch that has changed. */
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

/** What the operator is told of a batch that has ended: the same at every attempt. */
export const toWebhookBody = (batch: Batch): string => {
  const { id, principalId, displayName, status, mode, config, counts, providerBatchIds } = batch;
  const { usage, cost, error, metadata, createdAt, submittedAt, completedAt } = batch;
  return JSON.stringify({
    type: `batch.${status}`,
    timestamp: (completedAt ?? createdAt).toISOString(),
    data: {
      id,
      principalId,
      displayName,
      status: status.toUpperCase(),
      mode: mode.toUpperCase(),
      provider: config.provider,
      model: config.name,
      counts,
      providerBatchIds,
      usage,
      cost,
      error,
      metadata,
      createdAt,
      submittedAt,
      completedAt,
    },
  });
};

/** Half of it is chance, so that receivers that come back are not met by everybody at once. */
const retryDelayMs = (attempts: number, { firstRetryMs, maxRetryMs }: WebhookTiming): number =>
  Math.min(firstRetryMs * 2 ** Math.min(attempts - 1, 30), maxRetryMs) * (0.5 + Math.random() / 2);

/**
 * Tells the operator's receiver of every batch that has ended, at least once, whichever node it ended on and over
 * restarts: until it answers with 2xx, for a day. Signed by Standard Webhooks.
 */
export class Webhooks {
  readonly #options: WebhooksOptions;
  readonly #signer: Webhook;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;

  constructor(options: WebhooksOptions) {
    this.#options = options;
    this.#signer = new Webhook(options.secret);
  }

  /** Rejects when the store is away. */
  async start(): Promise<void> {
    const { store, timing } = this.#options;
    await store.start();
    this.#stopListening = store.onBatchChange(() => this.#look());
    this.#timer = setInterval(() => this.#look(), timing.pollMs);
    this.#look();
  }

  /** Ends what is under way; it is tried again by the next start, or another node. Resolves once nothing runs. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopListening?.();
    this.#stopping.abort();
    await this.#looking;
    try {
      await this.#options.store.leave();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'webhooks under way could not be left to other nodes');
    }
  }

  /** One look after the other; any number of calls while one is under way are one more. */
  #look(): void {
    this.#lookAgain = true;
    this.#looking ??= this.#lookUntilDone().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookUntilDone(): Promise<void> {
    while (this.#lookAgain && !this.#stopping.signal.aborted) {
      this.#lookAgain = false;
      try {
        await this.#deliverDue();
      } catch (error) {
        this.#options.log.warn({ err: error }, 'the store could not be asked for webhooks; trying again');
      }
    }
  }

  async #deliverDue(): Promise<void> {
    const { store, timing } = this.#options;
    await store.collect();
    await store.deleteExpired(DELETE_STEP);
    // A lease outlasts the attempt it is for.
    const due = await store.claim(MAX_AT_ONCE, timing.timeoutMs * 2 + 5_000);
    if (due.length === MAX_AT_ONCE) this.#lookAgain = true;
    await Promise.all(due.map((delivery) => this.#deliver(delivery)));
  }

  async #deliver(delivery: WebhookDelivery): Promise<void> {
    const outcome = await this.#attempt(delivery);
    if (outcome !== undefined) await this.#options.store.settle(delivery, outcome);
  }

  /** undefined: this node stops. */
  async #attempt({ batch, attempts, ageMs }: WebhookDelivery): Promise<WebhookOutcome | undefined> {
    const { url, allowPrivate, timing, log } = this.#options;
    const body = toWebhookBody(batch);
    const id = `${batch.id}_${batch.status}`;
    const now = new Date();
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': this.#signer.sign(id, now, body),
    };
    const fields = { batchId: batch.id, attempts };
    try {
      const status = await postWebhook(url, { body, headers }, this.#stopping.signal, {
        timeoutMs: timing.timeoutMs,
        isAllowedAddress: allowPrivate ? () => true : isPublicAddress,
      });
      if (status >= 200 && status < 300) return { type: 'delivered' };
      log.warn({ ...fields, status }, 'a webhook was not taken');
    } catch (error) {
      if (this.#stopping.signal.aborted) return undefined;
      log.warn({ ...fields, err: error }, 'a webhook could not be sent');
    }
    const retryAfterMs = retryDelayMs(attempts, timing);
    if (ageMs + retryAfterMs < timing.giveUpAfterMs) return { type: 'failed', retryAfterMs };
    log.error(fields, 'a webhook was given up');
    return { type: 'given-up' };
  }
}
