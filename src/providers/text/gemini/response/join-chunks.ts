import { isRecord } from '../../../../lib/is-record.ts';
import type { Batches } from '../../../shared/call/event-batches.ts';

type Fields = Record<string, unknown>;

/** The whole answer that chunks add up to: the parts of the first candidate together, of everything else the latest. */
export const joinChunks = async (batches: Batches<unknown>): Promise<unknown> => {
  let whole: unknown;
  const parts: unknown[] = [];
  for await (const batch of batches)
    for (const chunk of batch) {
      for (const part of partsOf(chunk)) parts.push(part);
      whole = isRecord(whole) && isRecord(chunk) ? join(whole, chunk) : chunk;
    }
  const [first, ...others] = candidatesOf(whole);
  if (!isRecord(whole) || first === undefined) return whole;
  const content = { role: 'model', ...(isRecord(first['content']) && first['content']), parts };
  return { ...whole, candidates: [{ ...first, content }, ...others] };
};

const join = (before: Fields, chunk: Fields): Fields => {
  const [latest] = candidatesOf(before);
  const [first, ...others] = candidatesOf(chunk);
  const candidate = latest === undefined ? first : { ...latest, ...first };
  return { ...before, ...chunk, ...(candidate !== undefined && { candidates: [candidate, ...others] }) };
};

const candidatesOf = (chunk: unknown): Fields[] => {
  const candidates = isRecord(chunk) ? chunk['candidates'] : undefined;
  return Array.isArray(candidates) ? candidates.filter(isRecord) : [];
};

const partsOf = (chunk: unknown): unknown[] => {
  const content = candidatesOf(chunk)[0]?.['content'];
  const parts = isRecord(content) ? content['parts'] : undefined;
  return Array.isArray(parts) ? parts : [];
};
