import type { ChatPreview } from 'modelgraph-client/react';
import { formatCost, formatCount } from '../lib/format.ts';

const toEstimate = ({ result, error }: ChatPreview): string => {
  if (error !== undefined) return '';
  if (result === undefined) return '';
  const tokens = result.estimatedInputTokens;
  const cost = formatCost(result.estimatedMaxCost);
  return [
    tokens === null ? undefined : `about ${formatCount(tokens)} tokens`,
    cost === undefined ? undefined : cost === 'free' ? cost : `at most ${cost}`,
  ]
    .filter((fact) => fact !== undefined)
    .join(' · ');
};

interface PreviewLineProps {
  readonly preview: ChatPreview;
  readonly problem: string | undefined;
}

/** What the server would say to the draft: its size and price, or why it would refuse it. One line, always there. */
export const PreviewLine = ({ preview, problem }: PreviewLineProps) => {
  const [refusal] = preview.result?.problems ?? [];
  const said = problem ?? (refusal && `${refusal.message} ${refusal.suggestion ?? ''}`);
  return (
    <p
      className={`preview-line${said === undefined ? '' : ' is-problem'}`}
      role={said === undefined ? undefined : 'status'}
    >
      {said ?? toEstimate(preview)}
    </p>
  );
};
