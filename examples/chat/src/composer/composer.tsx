import type { ClipboardEvent } from 'react';
import { Icon } from '../icon.tsx';
import { AttachmentList } from './attachment-list.tsx';
import { PreviewLine } from './preview-line.tsx';
import { type ComposerProps, useComposer } from './use-composer.ts';

export const Composer = (props: ComposerProps) => {
  const { text, setText, attachments, input, isEmpty, isRunning, isDropping, send, onKeyDown } =
    useComposer(props);
  const { preview, stop } = props.chat;
  const onPaste = ({ clipboardData }: ClipboardEvent): void => {
    if (clipboardData.files.length > 0) attachments.add(clipboardData.files);
  };
  return (
    <form
      className={`composer${isDropping ? ' is-dropping' : ''}`}
      onSubmit={(event) => event.preventDefault()}
    >
      <AttachmentList files={attachments.files} onRemove={attachments.remove} />
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
        <PreviewLine preview={preview} problem={attachments.problem} />
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
