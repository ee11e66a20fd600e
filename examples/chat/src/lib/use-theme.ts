import { useEffect } from 'react';
import { useStoredState } from './use-stored-state.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The colour scheme: that of the system, until the reader chooses one. */
export const useTheme = (): [Theme, (theme: Theme) => void] => {
  const [theme, setTheme] = useStoredState<Theme>('chat:theme', 'system');
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return [theme, setTheme];
};
