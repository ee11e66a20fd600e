import type { StorageAdapter } from 'modelgraph-client';
import { Icon, type IconName } from '../icon.tsx';
import type { Conversation, Conversations } from '../lib/use-conversations.ts';
import { type Theme, themeAfter, useTheme } from '../lib/use-theme.ts';
import { Dialog } from './dialog.tsx';

interface SidebarProps {
  readonly conversations: Conversations;
  readonly currentId: string;
  /** As a dialog, where there is no room beside the conversation. */
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onOpen: (id?: string) => void;
  /** Stops the answer of the conversation that is shown, and forgets it. */
  readonly onForget: () => Promise<void>;
  readonly storage: StorageAdapter;
}

const THEME_ICON: Readonly<Record<Theme, IconName>> = { system: 'system', light: 'sun', dark: 'moon' };

const ThemeButton = () => {
  const [theme, setTheme] = useTheme();
  return (
    <button type="button" className="quiet-button" onClick={() => setTheme(themeAfter)}>
      <Icon name={THEME_ICON[theme]} />
      <span>Colours: {theme}</span>
    </button>
  );
};

interface EntryProps {
  readonly conversation: Conversation;
  readonly isCurrent: boolean;
  readonly onOpen: () => void;
  readonly onRemove: () => void;
}

const Entry = ({ conversation: { title }, isCurrent, onOpen, onRemove }: EntryProps) => (
  <li className="conversation-entry">
    <button
      type="button"
      className="conversation-link"
      aria-current={isCurrent ? 'page' : undefined}
      onClick={onOpen}
    >
      {title}
    </button>
    <button type="button" className="icon-button" onClick={onRemove} aria-label={`Delete “${title}”`}>
      <Icon name="trash" />
    </button>
  </li>
);

const SidebarContent = ({ conversations, currentId, onClose, onOpen, onForget, storage }: SidebarProps) => {
  const open = (id?: string): void => {
    onOpen(id);
    onClose();
  };
  const remove = (id: string): void => {
    conversations.remove(id);
    if (id === currentId) return void onForget().then(() => onOpen());
    void storage.removeItem(`modelgraph-chat:${id}`);
    void storage.removeItem(`modelgraph-chat:${id}:run`);
  };
  return (
    <>
      <button type="button" className="new-chat" onClick={() => open()}>
        <Icon name="plus" />
        New chat
      </button>
      <nav className="conversations" aria-label="Conversations">
        <ul>
          {conversations.list.map((conversation) => (
            <Entry
              key={conversation.id}
              conversation={conversation}
              isCurrent={conversation.id === currentId}
              onOpen={() => open(conversation.id)}
              onRemove={() => remove(conversation.id)}
            />
          ))}
        </ul>
        {conversations.list.length === 0 && <p className="empty-note">Conversations stay in this browser.</p>}
      </nav>
      <ThemeButton />
    </>
  );
};

export const Sidebar = (props: SidebarProps) => (
  <>
    <aside className="sidebar only-wide" aria-label="Conversations and colours">
      <p className="brand">
        <span className="brand-mark" aria-hidden="true" />
        Modelgraph
      </p>
      <SidebarContent {...props} />
    </aside>
    <Dialog title="Conversations" kind="left" isOpen={props.isOpen} onClose={props.onClose}>
      <SidebarContent {...props} />
    </Dialog>
  </>
);
