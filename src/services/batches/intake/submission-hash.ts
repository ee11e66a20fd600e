import { createHash } from 'node:crypto';
import type { JsonValue } from '../../../core/json.ts';
import { requestHashOf } from '../../checks/request-hash.ts';
import type { BatchSubmissionLine } from './batch-submission.ts';

/** Tells whether two submissions ask for the same. Takes the requests one by one, in their order. */
export class SubmissionHash {
  readonly #hash = createHash('sha256');

  constructor({
    displayName,
    metadata,
  }: { readonly displayName: string | null; readonly metadata: JsonValue | null }) {
    this.#hash.update(requestHashOf({ batch: { displayName, metadata } }));
  }

  add(line: BatchSubmissionLine): void {
    this.#hash.update('problems' in line ? 'problems' : requestHashOf([line.customId, line.input]));
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
