import { useConnection, useModels } from 'modelgraph-client/react';
import { useRef, useState } from 'react';
import { ChatView } from './chat-view.tsx';
import { createIndexedDbStorage } from './lib/indexed-db-storage.ts';
import { isSettings } from './lib/settings.ts';
import { useConversationId, useConversations } from './lib/use-conversations.ts';
import { useStoredState } from './lib/use-stored-state.ts';
import { ModelPicker } from './models/model-picker.tsx';
import { SettingsPanel } from './models/settings-panel.tsx';
import { Sidebar } from './shell/sidebar.tsx';
import { TopBar } from './shell/top-bar.tsx';

const storage = createIndexedDbStorage('modelgraph-chat');

const isText = (value: unknown): value is string => typeof value === 'string';

type Open = 'models' | 'settings' | 'conversations' | undefined;

export const App = () => {
  const { models, status, refresh } = useModels({ available: true });
  const connection = useConnection();
  const [name, setName] = useStoredState('chat:model', '', isText);
  const [settings, setSettings] = useStoredState('chat:settings', {}, isSettings);
  const conversations = useConversations();
  const [id, openConversation] = useConversationId();
  const [open, setOpen] = useState<Open>();
  const forget = useRef(() => Promise.resolve());
  const model = models.find((known) => known.name === name) ?? models[0];
  const close = (): void => setOpen(undefined);
  const choose = (chosen: string): void => setName(() => chosen);
  return (
    <div className="app">
      <a className="skip-link" href="#composer">
        Skip to the message
      </a>
      <Sidebar
        conversations={conversations}
        currentId={id}
        isOpen={open === 'conversations'}
        onClose={close}
        onOpen={openConversation}
        onForget={() => forget.current()}
        storage={storage}
      />
      <main className="main">
        <TopBar
          model={model}
          isLoading={status !== 'ready'}
          onConversations={() => setOpen('conversations')}
          onModels={() => setOpen('models')}
          onSettings={() => setOpen('settings')}
        />
        <ChatView
          key={id}
          id={id}
          model={model}
          modelNames={models.map((known) => known.name)}
          settings={settings}
          storage={storage}
          forget={forget}
          connection={connection}
          modelsFailed={status === 'failed'}
          onReloadModels={refresh}
          onChooseModel={choose}
          onSent={conversations.touch}
        />
      </main>
      <ModelPicker
        models={models}
        current={model?.name}
        isOpen={open === 'models'}
        onClose={close}
        onChoose={choose}
      />
      <SettingsPanel
        model={model}
        settings={settings}
        isOpen={open === 'settings'}
        onClose={close}
        onChange={setSettings}
      />
    </div>
  );
};
