import type { AccessPolicy } from '../../core/access-policy.ts';
import { ModelgraphError } from '../../core/errors.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { ReloadedFiles } from '../../lib/reloaded-files.ts';
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
  readonly files: ReloadedFiles;
  readonly #options: AccessReaderOptions;

  constructor(options: AccessReaderOptions) {
    const { file, intervalMs, log } = options;
    this.#options = options;
    this.files = new ReloadedFiles({
      files: [file],
      intervalMs,
      read: () => this.#readAgain(),
      onError: (error) => log.error({ err: error }, 'the rules for access could not be read'),
    });
  }

  /** Takes the rules before anything is served. Throws one error that names every problem. */
  async readFirst(): Promise<void> {
    await this.files.note();
    const { policy, problems } = await this.#options.read();
    if (policy === null) {
      const list = problems.map((problem) => `- ${problem}`).join('\n');
      throw new ModelgraphError('INTERNAL', `The rules for access cannot be used:\n${list}`);
    }
    this.#options.access.take(policy);
  }

  async #readAgain(): Promise<void> {
    const { file, access, log, read } = this.#options;
    const { policy, problems } = await read();
    if (policy === null) {
      log.error({ file, problems }, 'the rules for access are invalid: those before stay in force');
      return;
    }
    access.take(policy);
    log.info({ file, keys: policy.keys.size, roles: policy.roles.size }, 'the rules for access were taken');
  }
}
