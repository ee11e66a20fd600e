import type { Model, StorageAdapter } from 'modelgraph-client';
import { type ConnectionView, useChat } from 'modelgraph-client/react';
import { type RefObject, useEffect, useMemo, useState } from 'react';
import { Announcer } from './announcer.tsx';
import { Composer } from './composer/composer.tsx';
import { Icon } from './icon.tsx';
import { type Settings, settingsFor } from './lib/settings.ts';
import { TOOLS } from './lib/tools.ts';
import { useStickToBottom } from './lib/use-stick-to-bottom.ts';
import { MessageList } from './message/message-list.tsx';
import { ConnectionNotice } from './shell/connection-notice.tsx';
import { Welcome } from './welcome.tsx';

interface ChatViewProps {
  readonly id: string;
  readonly model: Model | undefined;
  readonly settings: Settings;
  readonly storage: StorageAdapter;
  /** Set to what stops the answer and forgets the conversation. */
  readonly forget: RefObject<() => Promise<void>>;
  readonly connection: ConnectionView;
  readonly modelNames: readonly string[];
  readonly modelsFailed: boolean;
  readonly onReloadModels: () => void;
  readonly onChooseModel: (name: string) => void;
  readonly onSent: (id: string, text: string) => void;
}

const NO_TOOLS = {};

export const ChatView = ({
  id,
  model,
  modelNames,
  settings,
  storage,
  forget,
  onSent,
  onChooseModel,
  ...notice
}: ChatViewProps) => {
  const taken = useMemo(() => settingsFor(model, settings), [model, settings]);
  const chat = useChat({
    id,
    storage,
    model: model?.name ?? 'default',
    settings: taken,
    tools: model?.capabilities.functionCalling === true ? TOOLS : NO_TOOLS,
  });
  const { clear } = chat;
  useEffect(() => {
    forget.current = clear;
  }, [forget, clear]);
  const { scroller, content, isAtBottom, jump } = useStickToBottom();
  const [editing, setEditing] = useState<string>();
  const lastUserId = chat.messages.findLast(({ role }) => role === 'user')?.id;
  const send = async (text: string, files: readonly File[]): Promise<boolean> => {
    jump();
    const wasTaken = await chat.send({ text, files });
    if (wasTaken) onSent(id, text);
    return wasTaken;
  };
  return (
    <>
      <div className="scroller" ref={scroller} tabIndex={-1}>
        <div className="column" ref={content}>
          {chat.messages.length === 0 && chat.status !== 'loading' && (
            <Welcome
              models={modelNames}
              onAsk={(text) => void send(text, [])}
              onChooseModel={onChooseModel}
            />
          )}
          <MessageList chat={chat} editing={editing} onEdit={setEditing} />
        </div>
        <div className="dock">
          <button
            type="button"
            className="jump"
            hidden={isAtBottom}
            onClick={jump}
            aria-label="Jump to the end"
          >
            <Icon name="down" />
          </button>
          <ConnectionNotice {...notice} />
          {!chat.isKept && (
            <p className="notice" role="status">
              This browser has no room for all of the conversation, or may not keep it: a reload would lose
              it.
            </p>
          )}
          <Composer chat={chat} model={model} onSend={send} onEditLast={() => setEditing(lastUserId)} />
        </div>
      </div>
      <Announcer chat={chat} />
    </>
  );
};
