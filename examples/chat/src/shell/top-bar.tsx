import type { Model } from 'modelgraph-client';
import { Icon } from '../icon.tsx';
import { formatPrice } from '../lib/format.ts';

interface TopBarProps {
  readonly model: Model | undefined;
  readonly isLoading: boolean;
  readonly onConversations: () => void;
  readonly onModels: () => void;
  readonly onSettings: () => void;
}

export const TopBar = ({ model, isLoading, onConversations, onModels, onSettings }: TopBarProps) => (
  <header className="top-bar">
    <button
      type="button"
      className="icon-button only-narrow"
      onClick={onConversations}
      aria-label="Conversations"
    >
      <Icon name="menu" />
    </button>
    <button type="button" className="model-button" onClick={onModels} aria-haspopup="dialog">
      <span className="visually-hidden">Model: </span>
      <span className="model-button-name">
        {model?.displayName ?? (isLoading ? 'Loading models…' : 'No model')}
      </span>
      {model !== undefined && <span className="model-button-price">{formatPrice(model)}</span>}
      <Icon name="chevron" />
    </button>
    <button
      type="button"
      className="icon-button"
      onClick={onSettings}
      aria-label="Settings"
      aria-haspopup="dialog"
    >
      <Icon name="settings" />
    </button>
  </header>
);
