import type { Client, ClientConfig } from 'pg';
import type { ServiceLog } from '../../core/service-log.ts';
import type { ListenOptions } from './db.ts';
import { Listeners } from './listeners.ts';
import { reasonOf } from './postgres-failure.ts';

interface Channel {
  readonly notifications: Listeners<string>;
  readonly beginnings: Listeners<undefined>;
}

export interface PostgresListenerOptions {
  readonly Client: new (config: ClientConfig) => Client;
  readonly config: ClientConfig;
  readonly log: ServiceLog;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

/** One connection that only listens, made again whenever it is lost. */
export class PostgresListener {
  readonly #options: PostgresListenerOptions;
  readonly #channels = new Map<string, Channel>();
  #client: Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #retryMs = FIRST_RETRY_MS;
  #statements: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: PostgresListenerOptions) {
    this.#options = options;
  }

  /** Connects for the first time; rejects when that fails, and can be called again then. */
  async connect(): Promise<void> {
    const client = new this.#options.Client(this.#options.config);
    let lost = false;
    const lose = (error?: Error): void => {
      if (lost) return;
      lost = true;
      if (this.#client !== client) return;
      this.#client = null;
      this.#scheduleReconnect(error);
    };
    // An 'error' comes before the 'end', or none does; one without a listener would end the process.
    client.on('error', lose);
    client.on('end', () => lose());
    client.on('notification', ({ channel, payload = '' }) => {
      this.#channels.get(channel)?.notifications.tell(payload);
    });
    try {
      await client.connect();
      for (const channel of this.#channels.keys()) await client.query(`LISTEN ${channel}`);
    } catch (error) {
      lost = true;
      await this.#end(client);
      throw error;
    }
    if (this.#closed || lost) {
      await this.#end(client);
      if (!this.#closed) throw new Error('Connection terminated while it was made.');
      return;
    }
    this.#client = client;
    this.#retryMs = FIRST_RETRY_MS;
    for (const { beginnings } of this.#channels.values()) beginnings.tell(undefined);
  }

  listen(
    channel: string,
    handle: (payload: string) => void,
    { onReconnect }: ListenOptions = {},
  ): () => void {
    const known = this.#channels.get(channel);
    const { notifications, beginnings } = known ?? {
      notifications: new Listeners<string>(),
      beginnings: new Listeners<undefined>(),
    };
    const stops = [notifications.add(handle)];
    if (onReconnect !== undefined) stops.push(beginnings.add(onReconnect));
    if (known === undefined) this.#channels.set(channel, { notifications, beginnings });
    this.#begin(channel, onReconnect);
    return () => stops.forEach((stop) => stop());
  }

  /** Resolves when the connection is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = null;
    if (client !== null) await this.#end(client);
  }

  /** Also for a channel that is listened to already: the answer tells that it is. */
  #begin(channel: string, onReconnect: (() => void) | undefined): void {
    const client = this.#client;
    if (client === null) return;
    // A connection takes one statement at a time.
    this.#statements = this.#statements
      .then(() => client.query(`LISTEN ${channel}`))
      .then(
        () => onReconnect?.(),
        (error: unknown) => {
          // A connection that is lost is made again, with all channels; another failure must lead to that, too.
          this.#options.log.warn(
            { reason: reasonOf(error) },
            'PostgreSQL would not notify; connecting again',
          );
          void this.#end(client);
        },
      );
  }

  #scheduleReconnect(error: unknown): void {
    if (this.#closed) return;
    const { log } = this.#options;
    log.warn({ reason: error === undefined ? 'closed' : reasonOf(error) }, 'PostgreSQL no longer notifies');
    this.#timer = setTimeout(() => void this.#reconnect(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  async #reconnect(): Promise<void> {
    try {
      await this.connect();
      if (!this.#closed) this.#options.log.info({}, 'PostgreSQL notifies again');
    } catch (error) {
      this.#scheduleReconnect(error);
    }
  }

  /** One that is broken already has nothing to say about its end. */
  async #end(client: Client): Promise<void> {
    try {
      await client.end();
    } catch (error) {
      this.#options.log.debug({ reason: reasonOf(error) }, 'a lost connection to PostgreSQL was closed');
    }
  }
}
