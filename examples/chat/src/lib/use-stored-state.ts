import { useCallback, useEffect, useState } from 'react';

const parse = <Value>(
  text: string | null,
  isValue: (value: unknown) => value is Value,
): Value | undefined => {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isValue(value) ? value : undefined;
  } catch {
    // Nothing is kept, or something that is no JSON.
    return undefined;
  }
};

const read = (key: string): string | null => {
  try {
    return localStorage.getItem(key);
  } catch {
    // The page may not use the storage.
    return null;
  }
};

/**
 * State that a reload finds again, and that other tabs take over. Where the storage is full or forbidden it lives as long
 * as the page; what another page or version has kept under the key is left out.
 */
export const useStoredState = <Value>(
  key: string,
  initial: Value,
  isValue: (value: unknown) => value is Value,
): [Value, (change: (value: Value) => Value) => void] => {
  const [value, setValue] = useState(() => parse(read(key), isValue) ?? initial);
  useEffect(() => {
    const onStorage = (event: StorageEvent): void => {
      const next = event.key === key ? parse(event.newValue, isValue) : undefined;
      if (next !== undefined) setValue(next);
    };
    addEventListener('storage', onStorage);
    return () => removeEventListener('storage', onStorage);
  }, [key, isValue]);
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
