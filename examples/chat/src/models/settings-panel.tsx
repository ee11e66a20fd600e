import { controls, type Model } from 'modelgraph-client';
import { getSetting, type Settings, withSetting } from '../lib/settings.ts';
import { Dialog } from '../shell/dialog.tsx';
import { ControlField } from './control-field.tsx';

interface SettingsPanelProps {
  readonly model: Model | undefined;
  readonly settings: Settings;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onChange: (change: (settings: Settings) => Settings) => void;
}

/** What the model can be told, made from its capabilities: another model has other controls. */
export const SettingsPanel = ({ model, settings, isOpen, onClose, onChange }: SettingsPanelProps) => (
  <Dialog title="Settings" kind="right" isOpen={isOpen} onClose={onClose}>
    <div className="settings">
      <label className="field">
        <span className="field-label">Instructions</span>
        <textarea
          rows={4}
          placeholder="How the model should answer, in every conversation"
          value={settings.system ?? ''}
          onChange={({ target }) =>
            onChange((before) => withSetting(before, 'system', target.value || undefined))
          }
        />
      </label>
      {model !== undefined &&
        controls(model, settings).map((control) => (
          <ControlField
            key={control.field}
            control={control}
            value={getSetting(settings, control.field)}
            onChange={(value) => onChange((before) => withSetting(before, control.field, value))}
          />
        ))}
      <button type="button" className="text-button" onClick={() => onChange(() => ({}))}>
        Back to the defaults
      </button>
    </div>
  </Dialog>
);
