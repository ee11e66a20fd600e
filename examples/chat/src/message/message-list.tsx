import type { ChatView } from 'modelgraph-client/react';
import { AssistantMessage } from './assistant-message.tsx';
import { UserMessage } from './user-message.tsx';

interface MessageListProps {
  readonly chat: ChatView;
  readonly editing: string | undefined;
  readonly onEdit: (messageId: string | undefined) => void;
}

export const isBusy = ({ status }: Pick<ChatView, 'status'>): boolean =>
  status !== 'ready' && status !== 'failed';

export const MessageList = ({ chat, editing, onEdit }: MessageListProps) => {
  const { messages, regenerate, edit, retry, selectBranch } = chat;
  const isIdle = !isBusy(chat);
  return (
    <section aria-label="Conversation" aria-busy={!isIdle} className="messages">
      {messages.map((message, index) => {
        const branches = chat.branchesOf(message.id);
        const common = {
          message,
          branches: branches.join(' '),
          isIdle,
          onSelectBranch: selectBranch,
        };
        return message.role === 'user' ? (
          <UserMessage
            key={message.id}
            {...common}
            isEditing={editing === message.id}
            onEdit={onEdit}
            onSave={edit}
          />
        ) : (
          <AssistantMessage
            key={message.id}
            {...common}
            isLast={index === messages.length - 1}
            onRegenerate={regenerate}
            onRetry={retry}
          />
        );
      })}
    </section>
  );
};
