import type { ChatView } from 'modelgraph-client/react';

const toAnnouncement = ({ status, messages, error }: ChatView): string => {
  const last = messages.at(-1);
  switch (status) {
    case 'submitted':
    case 'streaming':
      return 'The answer is being written.';
    case 'requires-action':
      return 'A tool is running.';
    case 'reconnecting':
      return 'The connection was lost and is being restored.';
    case 'failed':
      return `The answer failed. ${error?.message ?? ''}`;
    default:
      if (last?.role !== 'assistant') return '';
      return last.status === 'stopped' ? 'The answer was stopped.' : 'The answer is complete.';
  }
};

/** Tells screen readers how the answer stands, not each piece of it. */
export const Announcer = ({ chat }: { readonly chat: ChatView }) => (
  <p className="visually-hidden" role="status" aria-live="polite">
    {toAnnouncement(chat)}
  </p>
);
