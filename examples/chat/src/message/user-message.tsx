import type { ChatMessage } from 'modelgraph-client/react';
import { type KeyboardEvent, memo, useState } from 'react';
import { CopyButton } from '../copy-button.tsx';
import { Icon } from '../icon.tsx';
import { BranchSwitch } from './branch-switch.tsx';
import { FileChip } from './file-chip.tsx';

interface UserMessageProps {
  readonly message: ChatMessage;
  readonly branches: string;
  readonly isIdle: boolean;
  readonly isEditing: boolean;
  readonly onEdit: (messageId: string | undefined) => void;
  readonly onSave: (messageId: string, text: string) => Promise<boolean>;
  readonly onSelectBranch: (messageId: string) => void;
}

const textOf = ({ parts }: ChatMessage): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

const Editor = ({ message, onEdit, onSave }: UserMessageProps) => {
  const [text, setText] = useState(() => textOf(message));
  const save = async (): Promise<void> => {
    if (await onSave(message.id, text)) onEdit(undefined);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onEdit(undefined);
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void save();
  };
  return (
    <div className="editor">
      <textarea
        aria-label="Your message"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        // The reader has asked to edit it.
        autoFocus
      />
      <div className="editor-actions">
        <button type="button" className="text-button" onClick={() => onEdit(undefined)}>
          Cancel
        </button>
        <button
          type="button"
          className="primary-button"
          onClick={() => void save()}
          disabled={text.trim() === ''}
        >
          Ask again
        </button>
      </div>
    </div>
  );
};

export const UserMessage = memo((props: UserMessageProps) => {
  const { message, branches, isIdle, isEditing, onEdit, onSelectBranch } = props;
  const files = message.parts.filter((part) => part.type === 'file');
  const text = textOf(message);
  return (
    <article className="message message-user" aria-label="You">
      {files.length > 0 && (
        <ul className="files">
          {files.map((file, index) => (
            <FileChip key={index} file={file} />
          ))}
        </ul>
      )}
      {isEditing ? (
        <Editor {...props} />
      ) : (
        text !== '' && (
          <p className="user-text" dir="auto">
            {text}
          </p>
        )
      )}
      {!isEditing && (
        <footer className="message-footer">
          <BranchSwitch
            messageId={message.id}
            branches={branches}
            isIdle={isIdle}
            onSelect={onSelectBranch}
          />
          <CopyButton text={text} label="Copy the message" />
          <button
            type="button"
            className="icon-button"
            disabled={!isIdle}
            onClick={() => onEdit(message.id)}
            aria-label="Edit the message"
            title="Edit the message"
          >
            <Icon name="edit" />
          </button>
        </footer>
      )}
    </article>
  );
});
