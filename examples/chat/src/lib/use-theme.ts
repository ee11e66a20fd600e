import { useEffect } from 'react';
import { useStoredState } from './use-stored-state.ts';

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const isTheme = (value: unknown): value is Theme => THEMES.some((theme) => theme === value);

export const themeAfter = (theme: Theme): Theme =>
  THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';

/** The colour scheme: that of the system, until the reader chooses one. */
export const useTheme = (): [Theme, (change: (theme: Theme) => Theme) => void] => {
  const [theme, change] = useStoredState<Theme>('chat:theme', 'system', isTheme);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return [theme, change];
};
