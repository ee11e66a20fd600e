import { Icon } from '../icon.tsx';

interface BranchSwitchProps {
  readonly messageId: string;
  /** Ids of the messages in this place, with a space between them: a text is the same text at the next render. */
  readonly branches: string;
  readonly isIdle: boolean;
  readonly onSelect: (messageId: string) => void;
}

/** Goes to what an edit or another answer has replaced. */
export const BranchSwitch = ({ messageId, branches, isIdle, onSelect }: BranchSwitchProps) => {
  const ids = branches.split(' ');
  if (ids.length < 2) return null;
  const at = ids.indexOf(messageId);
  const step = (by: number): void => {
    const id = ids[at + by];
    if (id !== undefined) onSelect(id);
  };
  return (
    <span className="branch-switch" role="group" aria-label="Versions">
      <button
        type="button"
        className="icon-button"
        disabled={!isIdle || at === 0}
        onClick={() => step(-1)}
        aria-label="Version before"
      >
        <Icon name="back" />
      </button>
      <span>
        {at + 1} of {ids.length}
      </span>
      <button
        type="button"
        className="icon-button"
        disabled={!isIdle || at === ids.length - 1}
        onClick={() => step(1)}
        aria-label="Version after"
      >
        <Icon name="forward" />
      </button>
    </span>
  );
};
