import { createClientCase, type ClientCase } from './client-case.ts';
import { toMessages } from './client-draft.ts';
import type { Problem } from './problem.ts';
import { runClientCase, toHttpRequest } from './run-client-case.ts';
import { runVendorCase } from './run-vendor-case.ts';
import { createVendorCase, type VendorCase, type VendorInputs } from './vendor-case.ts';
import type { Server } from '../support/app/clients.ts';

/** One input of a run, whichever side it changes. */
export interface FuzzCase {
  readonly seed: number;
  readonly side: 'vendor' | 'client';
  /** The API or the transport. */
  readonly line: string;
  /** What it was made of, and what was changed. */
  readonly what: string;
  /** What is sent. */
  readonly bytes: () => string;
  readonly run: (server: Server) => Promise<readonly Problem[]>;
  /** The same with less in it, the greatest steps first. */
  readonly smaller: () => readonly FuzzCase[];
}

const fromVendorCase = (inputs: VendorInputs, fuzzed: VendorCase, changeCount: number): FuzzCase => {
  const { key, input, changes, answer, frameCount } = fuzzed;
  const again = (part: Partial<typeof key>): FuzzCase =>
    fromVendorCase(inputs, createVendorCase(inputs, { ...key, ...part }), changeCount);
  const fewerChanges = (): readonly FuzzCase[] =>
    Array.from({ length: changeCount }, (_, index) => index)
      .filter((index) => !key.without.includes(index))
      .map((index) => again({ without: [...key.without, index], dropped: [] }));
  const fewerFrames = (): readonly FuzzCase[] => {
    const kept = Array.from({ length: frameCount }, (_, index) => index).filter(
      (index) => !key.dropped.includes(index),
    );
    const size = Math.max(1, Math.ceil(kept.length / 4));
    if (kept.length < 2 || frameCount > 300) return [];
    return Array.from({ length: Math.ceil(kept.length / size) }, (_, index) =>
      again({ dropped: [...key.dropped, ...kept.slice(index * size, (index + 1) * size)] }),
    );
  };
  return {
    seed: key.seed,
    side: 'vendor',
    line: input.line,
    what: `${input.name} | ${changes.join('; ')}`,
    bytes: () => `${answer.status} ${JSON.stringify(answer.headers)}\n${answer.bytes.toString('utf8')}`,
    run: (server) => runVendorCase(server, fuzzed),
    smaller: () => [...fewerChanges(), ...fewerFrames()],
  };
};

const bytesOf = (fuzzed: ClientCase): string => {
  const { draft } = fuzzed;
  if (draft.transport === 'websocket') return toMessages(draft).join('\n');
  const { method, path, headers, bytes } = toHttpRequest(fuzzed, '/graphql');
  return `${method} ${path} ${JSON.stringify(headers)}\n${bytes.toString('utf8')}`;
};

const fromClientCase = (fuzzed: ClientCase, changeCount: number): FuzzCase => {
  const { seed, without, draft, changes } = fuzzed;
  return {
    seed,
    side: 'client',
    line: draft.transport,
    what: changes.join('; '),
    bytes: () => bytesOf(fuzzed),
    run: (server) => runClientCase(server, fuzzed),
    smaller: () =>
      Array.from({ length: changeCount }, (_, index) => index)
        .filter((index) => !without.includes(index))
        .map((index) => fromClientCase(createClientCase(seed, [...without, index]), changeCount)),
  };
};

/** The input of a seed: every third is a client's, the others are vendors'. */
export const createFuzzCase = (inputs: VendorInputs, seed: number): FuzzCase => {
  if (seed % 3 === 0) {
    const fuzzed = createClientCase(seed);
    return fromClientCase(fuzzed, fuzzed.changes.length);
  }
  const fuzzed = createVendorCase(inputs, { seed, without: [], dropped: [] });
  return fromVendorCase(inputs, fuzzed, fuzzed.changes.length);
};
