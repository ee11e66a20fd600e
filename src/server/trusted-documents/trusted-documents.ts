import { ModelgraphError } from '../../core/errors.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { ReloadedFiles } from '../../lib/reloaded-files.ts';
import { toDocumentId } from './parse-documents.ts';
import { readDocuments } from './read-documents.ts';

/** `only`: nothing but the documents of the files is executed. `also`: any text is, and those by their ids. */
export type TrustedDocumentsMode = 'only' | 'also';

export interface TrustedDocumentsOptions {
  /** As the operator names them. */
  readonly files: readonly string[];
  /** For principals that have no mode of their own. */
  readonly mode: TrustedDocumentsMode;
  readonly intervalMs: number;
  readonly log: ServiceLog;
}

/** Pause between two polls of the status of each file, in milliseconds. */
export const DOCUMENTS_INTERVAL_MS = 2_000;

/**
 * The documents that this server knows by an id. Their files are read again when they change, and are taken whole or not at
 * all: problems leave the documents in force that were there before.
 */
export class TrustedDocuments {
  readonly mode: TrustedDocumentsMode;
  readonly files: ReloadedFiles;
  readonly #options: TrustedDocumentsOptions;
  #documents: ReadonlyMap<string, string> = new Map();
  #texts: ReadonlySet<string> = new Set();

  constructor(options: TrustedDocumentsOptions) {
    this.#options = options;
    this.mode = options.mode;
    this.files = new ReloadedFiles({
      files: options.files,
      intervalMs: options.intervalMs,
      read: () => this.#readAgain(),
      onError: (error) => options.log.error({ err: error }, 'the trusted documents could not be taken'),
    });
  }

  /** Takes the documents before anything is served. Rejects with one error that names every problem. */
  async readFirst(): Promise<void> {
    await this.files.note();
    const { documents, problems } = await readDocuments(this.#options.files);
    if (problems.length === 0) return this.#take(documents);
    const lines = problems.map((problem) => `- ${problem}`).join('\n');
    throw new ModelgraphError(
      'INTERNAL',
      `The documents of MODELGRAPH_TRUSTED_DOCUMENTS cannot be served:\n${lines}`,
    );
  }

  /** The text of a document; undefined where no file has its id. */
  find(id: string): string | undefined {
    return this.#documents.get(toDocumentId(id));
  }

  /** Whether a text is that of a document, to the character. */
  hasText(text: string): boolean {
    return this.#texts.has(text);
  }

  #take(documents: ReadonlyMap<string, string>): void {
    this.#documents = documents;
    this.#texts = new Set(documents.values());
    const { files, log } = this.#options;
    log.info({ files, documents: documents.size, mode: this.mode }, 'the trusted documents are in force');
  }

  async #readAgain(): Promise<void> {
    const { files, log } = this.#options;
    const { documents, problems } = await readDocuments(files);
    if (problems.length === 0) this.#take(documents);
    else log.error({ files, problems }, 'the trusted documents were refused; those before stay in force');
  }
}
