import type { Control } from 'modelgraph-client';
import { type ReactNode, useId } from 'react';
import type { SettingValue } from '../lib/settings.ts';

interface ControlFieldProps {
  readonly control: Control;
  readonly value: SettingValue;
  readonly onChange: (value: SettingValue) => void;
}

type InputProps<Kind extends Control['kind']> = Omit<ControlFieldProps, 'control'> & {
  readonly control: Extract<Control, { readonly kind: Kind }>;
  readonly id: string;
  readonly describedBy: string;
};

const toNumber = (text: string): number | undefined => (text === '' ? undefined : Number(text));

const Range = ({ control, value, onChange, id, describedBy }: InputProps<'range'>) => {
  const { min, max, step, enabled, label } = control;
  const shown = typeof value === 'number' ? value : control.default;
  const bounds = { min, max, step, disabled: !enabled, 'aria-describedby': describedBy };
  return (
    <span className="range">
      <input
        {...bounds}
        type="range"
        value={shown ?? min}
        aria-label={label}
        onChange={({ target }) => onChange(Number(target.value))}
      />
      <input
        {...bounds}
        id={id}
        type="number"
        value={typeof value === 'number' ? value : ''}
        placeholder={control.default === undefined ? 'auto' : String(control.default)}
        onChange={({ target }) => onChange(toNumber(target.value))}
      />
    </span>
  );
};

const Choice = ({ control, value, onChange, id, describedBy }: InputProps<'choice'>) => {
  const usual = control.choices.find((choice) => choice.value === control.default)?.label;
  return (
    <select
      id={id}
      value={typeof value === 'string' ? value : ''}
      disabled={!control.enabled}
      aria-describedby={describedBy}
      onChange={({ target }) => onChange(target.value || undefined)}
    >
      <option value="">{usual === undefined ? 'Default' : `Default (${usual})`}</option>
      {control.choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
};

const Toggle = ({ control, value, onChange, id, describedBy }: InputProps<'toggle'>) => (
  <input
    id={id}
    type="checkbox"
    role="switch"
    checked={typeof value === 'boolean' ? value : control.default === true}
    disabled={!control.enabled}
    aria-describedby={describedBy}
    onChange={({ target }) => onChange(target.checked)}
  />
);

const List = ({ control, value, onChange, id, describedBy }: InputProps<'list'>) => (
  <textarea
    id={id}
    rows={2}
    placeholder="One on each line"
    value={Array.isArray(value) ? value.join('\n') : ''}
    disabled={!control.enabled}
    aria-describedby={describedBy}
    onChange={({ target }) =>
      onChange(target.value === '' ? undefined : target.value.split('\n').slice(0, control.maxItems))
    }
  />
);

const toInput = (props: ControlFieldProps, id: string, describedBy: string): ReactNode => {
  const { control } = props;
  switch (control.kind) {
    case 'range':
      return <Range {...props} control={control} id={id} describedBy={describedBy} />;
    case 'choice':
      return <Choice {...props} control={control} id={id} describedBy={describedBy} />;
    case 'toggle':
      return <Toggle {...props} control={control} id={id} describedBy={describedBy} />;
    case 'list':
      return <List {...props} control={control} id={id} describedBy={describedBy} />;
  }
};

export const ControlField = (props: ControlFieldProps) => {
  const id = useId();
  const { label, enabled, reason, note, kind } = props.control;
  return (
    <div className={`field field-${kind}`}>
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {toInput(props, id, `${id}-note`)}
      <span id={`${id}-note`} className="field-note">
        {enabled ? note : reason}
      </span>
    </div>
  );
};
