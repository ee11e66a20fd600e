import type { ChatMessage, ChatPart } from 'modelgraph-client/react';
import { memo } from 'react';
import { CopyButton } from '../copy-button.tsx';
import { Icon } from '../icon.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { BranchSwitch } from './branch-switch.tsx';
import { Facts } from './facts.tsx';
import { Failure } from './failure.tsx';
import { Reasoning } from './reasoning.tsx';
import { Sources } from './sources.tsx';
import { ToolCall } from './tool-call.tsx';

interface AssistantMessageProps {
  readonly message: ChatMessage;
  readonly branches: string;
  readonly isLast: boolean;
  readonly isIdle: boolean;
  readonly onRegenerate: (messageId: string) => Promise<boolean>;
  readonly onRetry: () => Promise<boolean>;
  readonly onSelectBranch: (messageId: string) => void;
}

const toElement = (part: ChatPart, index: number) => {
  switch (part.type) {
    case 'text':
      return <Markdown key={index} text={part.text} />;
    case 'reasoning':
      return <Reasoning key={index} text={part.text} isStreaming={part.state === 'streaming'} />;
    case 'tool':
      return <ToolCall key={part.callId} call={part} />;
    default:
      // Sources stand below the answer.
      return null;
  }
};

export const AssistantMessage = memo((props: AssistantMessageProps) => {
  const { message, branches, isLast, isIdle, onRegenerate, onRetry, onSelectBranch } = props;
  const { parts, status, metadata } = message;
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const isWriting = status === 'streaming';
  return (
    <article className={`message message-assistant${isWriting ? ' is-writing' : ''}`} aria-label="Answer">
      {parts.map(toElement)}
      {isWriting && <span className="cursor" aria-hidden="true" />}
      <Sources citations={parts.filter((part) => part.type === 'citation')} />
      {metadata.error !== undefined && (
        <Failure failure={metadata.error} hasText={text !== ''} {...(isLast && isIdle && { onRetry })} />
      )}
      {metadata.warnings?.map(({ code, message: said }, index) => (
        <p key={index} className="warning" title={code}>
          {said}
        </p>
      ))}
      <footer className="message-footer">
        <Facts message={message} />
        {!isWriting && (
          <>
            <BranchSwitch
              messageId={message.id}
              branches={branches}
              isIdle={isIdle}
              onSelect={onSelectBranch}
            />
            {text !== '' && <CopyButton text={text} label="Copy the answer" />}
            <button
              type="button"
              className="icon-button"
              disabled={!isIdle}
              onClick={() => void onRegenerate(message.id)}
              aria-label="Answer again"
              title="Answer again"
            >
              <Icon name="regenerate" />
            </button>
          </>
        )}
      </footer>
    </article>
  );
});
