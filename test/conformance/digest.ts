import { createHash } from 'node:crypto';
import type { Event } from '../support/app/events.ts';
import type { Raw } from '../support/upstream/replay.ts';
import { type Answer, outcomeOf } from './outcome.ts';

/** An answer in figures: enough to see any change of it, and nothing of what it says. */
export interface Digest {
  /** The finish reason, or the code of the error it ended with. */
  readonly end: string;
  readonly raw: string | number | null;
  /** Length in UTF-16 code units and the beginning of the SHA-256. */
  readonly text: string;
  readonly reasoning: string | null;
  /** Of each its name and the digest of its arguments; of built-in ones that of the result as well. */
  readonly toolCalls: string;
  readonly citations: string;
  readonly usage: Raw;
  readonly warnings: string;
  /** Types of the events, each with how many of them the log held in a row. */
  readonly events: string;
}

const hash = (value: unknown): string =>
  createHash('sha256')
    .update(typeof value === 'string' ? value : JSON.stringify(value))
    .digest('hex')
    .slice(0, 16);

const textDigest = (text: string): string => `${text.length} ${hash(text)}`;

const callDigest = ({ name, arguments: parameters, builtIn, result }: Raw): string =>
  [name, hash(parameters), ...(builtIn ? ['built-in', hash(result)] : [])].join(' ');

const usageDigest = (usage: Raw): Raw =>
  usage && Object.fromEntries(Object.entries(usage).filter(([, count]) => count !== null));

/** A merged delta stands for as many events as its sequence is ahead of the one before it. */
const eventsDigest = (events: readonly Event[]): string => {
  const runs: { type: string; count: number }[] = [];
  let before = 0;
  for (const { __typename: type, sequence } of events) {
    const last = runs.at(-1);
    if (last?.type === type) last.count += sequence - before;
    else runs.push({ type, count: sequence - before });
    before = sequence;
  }
  return runs.map(({ type, count }) => (count === 1 ? type : `${type}×${count}`)).join(' ');
};

export const toDigest = (answer: Answer): Digest => {
  const outcome = outcomeOf(answer);
  return {
    end: outcome.error?.code ?? outcome.finishReason,
    raw: outcome.error?.providerStatus ?? outcome.rawFinishReason,
    text: textDigest(outcome.text),
    reasoning: outcome.reasoning === null ? null : textDigest(outcome.reasoning),
    toolCalls: outcome.toolCalls.map(callDigest).join('; '),
    citations: `${outcome.citations.length} ${hash(outcome.citations)}`,
    usage: usageDigest(outcome.usage) ?? null,
    warnings: outcome.warnings.join(' '),
    events: answer.type === 'events' ? eventsDigest(answer.events) : answer.type,
  };
};
