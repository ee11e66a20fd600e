import { type Control, controls, type ControlSettings, type Model } from 'modelgraph-client';

export type Settings = ControlSettings;
export type SettingValue = string | number | boolean | readonly string[] | undefined;

type Tree = { readonly [key: string]: unknown };

export const isSettings = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path such as `reasoning.effort`. */
export const getSetting = (settings: Settings, field: string): SettingValue =>
  field.split('.').reduce<unknown>((at, key) => (at as Tree | undefined)?.[key], settings) as SettingValue;

const withPath = (tree: Tree, [key = '', ...rest]: readonly string[], value: unknown): Tree => {
  const inner = rest.length === 0 ? value : withPath((tree[key] ?? {}) as Tree, rest, value);
  const { [key]: _before, ...others } = tree;
  const isEmpty = inner === undefined || (rest.length > 0 && Object.keys(inner as Tree).length === 0);
  return isEmpty ? others : { ...others, [key]: inner };
};

/** With another value at that path; undefined takes it away, and the model's default is in force. */
export const withSetting = (settings: Settings, field: string, value: SettingValue): Settings =>
  withPath({ ...settings }, field.split('.'), value);

/** The settings that the model takes: what was set for another model is kept for it, and not sent. */
export const settingsFor = (model: Model | undefined, settings: Settings): Settings => {
  if (model === undefined) return {};
  const { system } = settings;
  return controls(model, settings)
    .filter((control: Control) => control.enabled && getSetting(settings, control.field) !== undefined)
    .reduce<Settings>(
      (taken, { field }) => withSetting(taken, field, getSetting(settings, field)),
      system ? { system } : {},
    );
};
