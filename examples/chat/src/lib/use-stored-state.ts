import { useEffect, useState } from 'react';

const read = <Value,>(key: string, initial: Value): Value => {
  try {
    const text = localStorage.getItem(key);
    return text === null ? initial : (JSON.parse(text) as Value);
  } catch {
    // Forbidden, or of another version of the page.
    return initial;
  }
};

/** State that a reload finds again. A storage that is full or forbidden loses it, and nothing else. */
export const useStoredState = <Value,>(key: string, initial: Value): [Value, (value: Value) => void] => {
  const [value, setValue] = useState(() => read(key, initial));
  useEffect(() => {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // The page works without.
    }
  }, [key, value]);
  return [value, setValue];
};
