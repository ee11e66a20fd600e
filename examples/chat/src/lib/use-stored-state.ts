import { useCallback, useEffect, useState } from 'react';

const read = <Value>(key: string, initial: Value): Value => {
  try {
    const text = localStorage.getItem(key);
    return text === null ? initial : (JSON.parse(text) as Value);
  } catch {
    // Forbidden, or of another version of the page.
    return initial;
  }
};

/**
 * State that a reload finds again, and that other tabs take over. Where the storage is full or forbidden it lives as long
 * as the page.
 */
export const useStoredState = <Value>(
  key: string,
  initial: Value,
): [Value, (change: (value: Value) => Value) => void] => {
  const [value, setValue] = useState(() => read(key, initial));
  useEffect(() => {
    const onStorage = (event: StorageEvent): void => {
      if (event.key === key && event.newValue !== null) setValue(JSON.parse(event.newValue) as Value);
    };
    addEventListener('storage', onStorage);
    return () => removeEventListener('storage', onStorage);
  }, [key]);
  const change = useCallback(
    (next: (value: Value) => Value) =>
      setValue((before) => {
        const after = next(before);
        try {
          localStorage.setItem(key, JSON.stringify(after));
        } catch {
          // The page goes on with what it has in memory.
        }
        return after;
      }),
    [key],
  );
  return [value, change];
};
