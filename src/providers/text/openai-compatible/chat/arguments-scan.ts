/** Where the JSON of a call's arguments stands while it arrives in fragments. */
export interface ArgumentsScan {
  /** Takes the next fragment. Each character is looked at once. */
  readonly add: (fragment: string) => void;
  /** Whether anything but space has come. */
  readonly hasBegun: () => boolean;
  /** Whether the outermost object or list has been closed. */
  readonly isWhole: () => boolean;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPENING: ReadonlySet<number> = new Set([91, 123]);
const CLOSING: ReadonlySet<number> = new Set([93, 125]);

export const createArgumentsScan = (): ArgumentsScan => {
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let hasBegun = false;
  let isWhole = false;

  const addCharacter = (code: number): void => {
    if (isEscaped) isEscaped = false;
    else if (isInString) {
      if (code === BACKSLASH) isEscaped = true;
      else if (code === QUOTE) isInString = false;
    } else if (code === QUOTE) isInString = true;
    else if (OPENING.has(code)) {
      depth += 1;
      isWhole = false;
    } else if (CLOSING.has(code)) {
      depth -= 1;
      isWhole = depth === 0;
    }
  };

  return {
    add: (fragment) => {
      hasBegun ||= fragment.trim() !== '';
      for (let at = 0; at < fragment.length; at += 1) addCharacter(fragment.charCodeAt(at));
    },
    hasBegun: () => hasBegun,
    isWhole: () => isWhole,
  };
};
