import { unwatchFile, watchFile } from 'node:fs';
import { ModelgraphError } from '../../core/errors.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import { toDocumentId } from './parse-documents.ts';
import { type ReadDocuments, readDocuments } from './read-documents.ts';

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
  readonly #options: TrustedDocumentsOptions;
  readonly #reading: SingleFlight;
  #documents: ReadonlyMap<string, string> = new Map();
  #texts: ReadonlySet<string> = new Set();
  readonly #onChange = (): void => void this.#reading.run();

  constructor(options: TrustedDocumentsOptions, first: ReadDocuments['documents']) {
    this.#options = options;
    this.mode = options.mode;
    this.#reading = new SingleFlight(
      () => this.#read(),
      (error) => options.log.error({ err: error }, 'the trusted documents could not be taken'),
    );
    this.#take(first);
  }

  /** The text of a document; undefined where no file has its id. */
  find(id: string): string | undefined {
    return this.#documents.get(toDocumentId(id));
  }

  /** Whether a text is that of a document, to the character. */
  hasText(text: string): boolean {
    return this.#texts.has(text);
  }

  start(): void {
    const { files, intervalMs } = this.#options;
    for (const file of files) watchFile(file, { interval: intervalMs, persistent: false }, this.#onChange);
  }

  /** Resolves once the files have been read as they are now, and taken or refused. */
  readNow(): Promise<void> {
    return this.#reading.run();
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    for (const file of this.#options.files) unwatchFile(file, this.#onChange);
    await this.#reading.settled();
  }

  #take(documents: ReadonlyMap<string, string>): void {
    this.#documents = documents;
    this.#texts = new Set(documents.values());
    const { files, log } = this.#options;
    log.info({ files, documents: documents.size, mode: this.mode }, 'the trusted documents are in force');
  }

  async #read(): Promise<void> {
    const { files, log } = this.#options;
    const { documents, problems } = await readDocuments(files);
    if (problems.length === 0) this.#take(documents);
    else log.error({ files, problems }, 'the trusted documents were refused; those before stay in force');
  }
}

/** Reads the files before anything is served. Rejects with one error that names every problem. */
export const createTrustedDocuments = async (options: TrustedDocumentsOptions): Promise<TrustedDocuments> => {
  const { documents, problems } = await readDocuments(options.files);
  if (problems.length === 0) return new TrustedDocuments(options, documents);
  const lines = problems.map((problem) => `- ${problem}`).join('\n');
  throw new ModelgraphError(
    'INTERNAL',
    `The documents of MODELGRAPH_TRUSTED_DOCUMENTS cannot be served:\n${lines}`,
  );
};
