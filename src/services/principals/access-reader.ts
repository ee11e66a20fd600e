import type { AccessPolicy } from '../../core/access-policy.ts';
import { ModelgraphError } from '../../core/errors.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { FilePoller } from '../../lib/file-poller.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import type { Access } from './access.ts';

export interface AccessReaderOptions {
  /** As the operator names it. */
  readonly file: string;
  /** Reads the rules with every problem; null where there is any. Never rejects. */
  readonly read: () => Promise<{
    readonly policy: AccessPolicy | null;
    readonly problems: readonly string[];
  }>;
  readonly access: Access;
  /** Pause between two polls of the file's status, in milliseconds. */
  readonly intervalMs: number;
  readonly log: ServiceLog;
}

export const ACCESS_INTERVAL_MS = 2_000;

/**
 * Reads the operator's rules for access at the start, whenever their file has changed, and when it is asked to. Rules with
 * any problem are taken in no part: those before stay in force.
 */
export class AccessReader {
  readonly #options: AccessReaderOptions;
  readonly #reading: SingleFlight;
  readonly #poller: FilePoller;

  constructor(options: AccessReaderOptions) {
    this.#options = options;
    this.#reading = new SingleFlight(
      () => this.#readAgain(),
      (error) => options.log.error({ err: error }, 'the rules for access could not be read'),
    );
    this.#poller = new FilePoller([options.file], options.intervalMs, () => this.#reading.run());
  }

  /** Takes the rules before anything is served. Throws one error that names every problem. */
  async readFirst(): Promise<void> {
    const { policy, problems } = await this.#read();
    if (policy === null) {
      const list = problems.map((problem) => `- ${problem}`).join('\n');
      throw new ModelgraphError('INTERNAL', `The rules for access cannot be used:\n${list}`);
    }
    this.#options.access.take(policy);
  }

  start(): void {
    this.#poller.start();
  }

  /** Resolves once the file has been read as it is now, and taken or refused. */
  readNow(): Promise<void> {
    return this.#reading.run();
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#poller.stop();
    await this.#reading.settled();
  }

  async #read(): ReturnType<AccessReaderOptions['read']> {
    await this.#poller.note();
    return await this.#options.read();
  }

  async #readAgain(): Promise<void> {
    const { file, access, log } = this.#options;
    const { policy, problems } = await this.#read();
    if (policy === null) {
      log.error({ file, problems }, 'the rules for access are invalid: those before stay in force');
      return;
    }
    access.take(policy);
    log.info({ file, keys: policy.keys.size, roles: policy.roles.size }, 'the rules for access were taken');
  }
}
