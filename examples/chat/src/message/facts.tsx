import type { ChatMessage } from 'modelgraph-client/react';
import { formatCost, formatSeconds, formatUsage } from '../lib/format.ts';

/** Which model answered, what it took and what it cost. The line is there from the beginning, so that nothing moves. */
export const Facts = ({ message: { status, metadata } }: { readonly message: ChatMessage }) => {
  const { model, usage, cost, firstDeltaMs } = metadata;
  const facts = [
    model,
    formatUsage(usage),
    formatCost(cost),
    firstDeltaMs == null ? undefined : `began after ${formatSeconds(firstDeltaMs)}`,
    status === 'stopped' ? 'stopped' : undefined,
  ].filter((fact) => fact !== undefined);
  // A line breaks between facts, not within one.
  return <p className="facts">{facts.map((fact) => fact.replaceAll(' ', '\u00A0')).join(' · ')}</p>;
};
