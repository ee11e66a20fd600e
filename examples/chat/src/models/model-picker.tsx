import type { Model } from 'modelgraph-client';
import { useDeferredValue, useMemo, useState } from 'react';
import { Icon } from '../icon.tsx';
import { formatCount, formatPrice } from '../lib/format.ts';
import { Dialog } from '../shell/dialog.tsx';
import { FILTERS, GROUPINGS, type Grouping, groupModels, matches } from './group-models.ts';

interface ModelPickerProps {
  readonly models: readonly Model[];
  readonly current: string | undefined;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onChoose: (name: string) => void;
}

interface OptionProps {
  readonly model: Model;
  readonly isCurrent: boolean;
  readonly onChoose: (name: string) => void;
}

const Option = ({ model, isCurrent, onChoose }: OptionProps) => {
  const badges = Object.entries(FILTERS).filter(([, has]) => has(model));
  return (
    <label className="model-option">
      <input type="radio" name="model" checked={isCurrent} onChange={() => onChoose(model.name)} />
      <span className="model-name">{model.displayName}</span>
      <span className="model-price">{formatPrice(model)}</span>
      <span className="model-facts">
        {model.provider.displayName}
        {model.contextWindow !== null && ` · ${formatCount(model.contextWindow)} tokens`}
        {badges.map(([name]) => ` · ${name.toLowerCase()}`)}
      </span>
    </label>
  );
};

interface FilterBarProps {
  readonly wanted: readonly string[];
  readonly onToggle: (name: string) => void;
  readonly grouping: Grouping;
  readonly onGroup: (grouping: Grouping) => void;
}

const FilterBar = ({ wanted, onToggle, grouping, onGroup }: FilterBarProps) => (
  <div className="filter-bar">
    <div className="chips" role="group" aria-label="Capabilities">
      {Object.keys(FILTERS).map((name) => (
        <button
          key={name}
          type="button"
          className="chip"
          aria-pressed={wanted.includes(name)}
          onClick={() => onToggle(name)}
        >
          {name}
        </button>
      ))}
    </div>
    <label className="grouping">
      Grouped by{' '}
      <select value={grouping} onChange={({ target }) => onGroup(target.value as Grouping)}>
        {GROUPINGS.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  </div>
);

const Picker = ({ models, current, onChoose }: Omit<ModelPickerProps, 'isOpen' | 'onClose'>) => {
  const [search, setSearch] = useState('');
  const [wanted, setWanted] = useState<readonly string[]>([]);
  const [grouping, setGrouping] = useState<Grouping>('price');
  const sought = useDeferredValue(search);
  const groups = useMemo(() => {
    const found = models.filter(
      (model) => matches(model, sought) && wanted.every((name) => FILTERS[name]?.(model)),
    );
    return groupModels(found, grouping);
  }, [models, sought, wanted, grouping]);
  const toggle = (name: string): void =>
    setWanted(wanted.includes(name) ? wanted.filter((other) => other !== name) : [...wanted, name]);
  return (
    <>
      <label className="search">
        <Icon name="search" />
        <span className="visually-hidden">Search models</span>
        <input
          type="search"
          placeholder="Name, alias or provider"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
      </label>
      <FilterBar wanted={wanted} onToggle={toggle} grouping={grouping} onGroup={setGrouping} />
      <div className="model-groups">
        {groups.map(({ title, models: members }) => (
          <fieldset key={title}>
            <legend>{title}</legend>
            {members.map((model) => (
              <Option key={model.id} model={model} isCurrent={model.name === current} onChoose={onChoose} />
            ))}
          </fieldset>
        ))}
        {groups.length === 0 && <p className="empty-note">No model is like that. Take a filter away.</p>}
      </div>
    </>
  );
};

export const ModelPicker = ({ isOpen, onClose, ...picker }: ModelPickerProps) => (
  <Dialog title="Models" kind="centre" isOpen={isOpen} onClose={onClose}>
    <Picker {...picker} />
  </Dialog>
);
