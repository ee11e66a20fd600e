import type { Model } from 'modelgraph-client';
import type { ChatView } from 'modelgraph-client/react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { isBusy } from '../message/message-list.tsx';
import { useAttachments } from './use-attachments.ts';
import { useFileDrop } from './use-file-drop.ts';

export interface ComposerProps {
  readonly chat: ChatView;
  readonly model: Model | undefined;
  readonly onSend: (text: string, files: readonly File[]) => Promise<boolean>;
  readonly onEditLast: () => void;
}

/** What is typed and attached, and what the keys do with it. */
export const useComposer = ({ chat, model, onSend, onEditLast }: ComposerProps) => {
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
  return { text, setText, attachments, input, isEmpty, isRunning, isDropping, send, onKeyDown };
};
