import type { Model } from 'modelgraph-client';
import type { ChatView } from 'modelgraph-client/react';
import { type ClipboardEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Icon } from '../icon.tsx';
import { isBusy } from '../message/message-list.tsx';
import { AttachmentList } from './attachment-list.tsx';
import { PreviewLine } from './preview-line.tsx';
import { useAttachments } from './use-attachments.ts';
import { useFileDrop } from './use-file-drop.ts';

interface ComposerProps {
  readonly chat: ChatView;
  readonly model: Model | undefined;
  readonly onSend: (text: string, files: readonly File[]) => Promise<boolean>;
  readonly onEditLast: () => void;
}

export const Composer = ({ chat, model, onSend, onEditLast }: ComposerProps) => {
  const [text, setText] = useState('');
  const attachments = useAttachments();
  const input = useRef<HTMLTextAreaElement>(null);
  const { files } = attachments;
  const isRunning = isBusy(chat) && chat.status !== 'loading';
  const isEmpty = text.trim() === '' && files.length === 0;
  const isDropping = useFileDrop(attachments.add);
  const { setDraft, stop } = chat;
  useEffect(() => setDraft({ text, files }), [setDraft, text, files, model]);

  const send = async (): Promise<void> => {
    if (isEmpty || isRunning || !(await onSend(text, files))) return;
    setText('');
    attachments.clear();
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void send();
    } else if (event.key === 'Escape' && isRunning) void stop();
    else if (event.key === 'ArrowUp' && text === '' && !isRunning) {
      event.preventDefault();
      onEditLast();
    }
  };
  const onPaste = ({ clipboardData }: ClipboardEvent): void => {
    if (clipboardData.files.length > 0) attachments.add(clipboardData.files);
  };
  return (
    <form
      className={`composer${isDropping ? ' is-dropping' : ''}`}
      onSubmit={(event) => event.preventDefault()}
    >
      <AttachmentList files={files} onRemove={attachments.remove} />
      <textarea
        id="composer"
        ref={input}
        rows={1}
        autoFocus
        value={text}
        placeholder="Write a message"
        aria-label="Message"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      />
      <div className="composer-row">
        <label className="icon-button">
          <Icon name="attach" />
          <span className="visually-hidden">Attach files</span>
          <input
            type="file"
            className="visually-hidden"
            multiple
            accept="image/*,audio/*,application/pdf,text/*"
            onChange={({ target }) => {
              attachments.add(target.files ?? []);
              target.value = '';
            }}
          />
        </label>
        <PreviewLine preview={chat.preview} problem={attachments.problem} />
        {isRunning ? (
          <button
            type="button"
            className="send-button"
            onClick={() => void stop()}
            aria-label="Stop"
            title="Stop (Escape)"
          >
            <Icon name="stop" />
          </button>
        ) : (
          <button
            type="submit"
            className="send-button"
            onClick={() => void send()}
            disabled={isEmpty}
            aria-label="Send"
            title="Send (Enter)"
          >
            <Icon name="send" />
          </button>
        )}
      </div>
    </form>
  );
};
