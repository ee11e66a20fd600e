import { memo } from 'react';
import { Icon } from '../icon.tsx';
import { Markdown } from '../markdown/markdown.tsx';

/** What a model thought before its answer, folded: whoever reads the answer need not read it. */
export const Reasoning = memo(
  ({ text, isStreaming }: { readonly text: string; readonly isStreaming: boolean }) => (
    <details className="fold reasoning">
      <summary>
        <Icon name="spark" />
        <span className={isStreaming ? 'shimmer' : undefined}>
          {isStreaming ? 'Reasoning…' : 'Reasoning'}
        </span>
      </summary>
      <div className="fold-body">
        <Markdown text={text} />
      </div>
    </details>
  ),
);
