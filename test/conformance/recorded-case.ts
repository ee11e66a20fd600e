import type { GenerationResult } from '../../src/core/generation.ts';
import type { Exchange, Recordings, Replay } from '../support/upstream/replay.ts';
import { type Asked, askAll } from './ask.ts';
import type { Digest } from './digest.ts';
import type { AskedRecording } from './recordings.ts';

/** What a recorded turn says, worked out of its payloads without the code under test. */
export interface Oracle {
  readonly expected: (exchanges: readonly Exchange[]) => unknown;
  /** A result in the oracle's terms. */
  readonly comparable: (result: GenerationResult) => unknown;
  /** What holds of every result of the provider besides. */
  readonly also?: (result: GenerationResult) => void;
}

/** Expectations of one recording alone, held against the same reading as the others. */
export type OwnTests = Readonly<
  Record<string, Readonly<Record<string, (asked: readonly Asked[]) => void | Promise<void>>>>
>;

/** A recording, asked for through the API once; every expectation of it is held against that one reading. */
export class RecordedCase {
  readonly recording: AskedRecording;
  readonly oracle: Oracle;
  /** What was found in it, exchange by exchange. */
  readonly digests: readonly Digest[];
  readonly #open: () => { readonly recordings: Recordings; readonly replay: Replay };
  #asked: Promise<readonly Asked[]> | undefined;

  constructor(
    recording: AskedRecording,
    oracle: Oracle,
    digests: readonly Digest[],
    open: () => { readonly recordings: Recordings; readonly replay: Replay },
  ) {
    this.recording = recording;
    this.oracle = oracle;
    this.digests = digests;
    this.#open = open;
  }

  get recordings(): Recordings {
    return this.#open().recordings;
  }

  get replay(): Replay {
    return this.#open().replay;
  }

  /** What a client of `graphql-ws` was told, and what the provider and the vendor had to do with it. */
  asked(): Promise<readonly Asked[]> {
    return (this.#asked ??= this.askAgain('websocket'));
  }

  /** The same once more, in another way. */
  askAgain(...how: HowToAsk): Promise<readonly Asked[]> {
    return askAll(this.#open(), this.recording, ...how);
  }
}

type HowToAsk = Parameters<typeof askAll> extends [unknown, unknown, ...infer Rest] ? Rest : never;

/** Whoever recorded it cut it: its end tells of more than its events bring, so that nothing can be compared with it. */
const CUT = ['openai/openai-phase.1.chunks.txt'];

export const isCut = ({ file }: AskedRecording): boolean => CUT.includes(file);

export const isAnswered = ({ exchanges }: Asked): boolean =>
  exchanges.every(
    ({ status, payloads }) =>
      status === 200 && !payloads.some(({ error, type }) => error || type === 'error'),
  );
