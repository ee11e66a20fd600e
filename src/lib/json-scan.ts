const QUOTE = 34;
const BACKSLASH = 92;
/** `[`, `{`, `]`, `}`: each of the braces is 32 above its bracket. */
const OPENING = 91;
const CLOSING = 93;
const BRACE = 32;

/** Where a JSON text stands that comes in pieces. Each character is looked at once. */
export class JsonScan {
  #depth = 0;
  #deepest = 0;
  #isWhole = false;
  #hasBegun = false;
  #isInString = false;
  #isEscaped = false;

  /** How many levels of lists and objects there have been. */
  get deepest(): number {
    return this.#deepest;
  }

  /** Whether anything but space has come. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Whether the outermost list or object has been closed. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  add(piece: string): void {
    this.#hasBegun ||= piece.trim() !== '';
    for (let at = 0; at < piece.length; at += 1) this.#addCharacter(piece.charCodeAt(at));
  }

  #addCharacter(code: number): void {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (code === BACKSLASH) this.#isEscaped = true;
      else if (code === QUOTE) this.#isInString = false;
    } else if (code === QUOTE) this.#isInString = true;
    else if (code === OPENING || code === OPENING + BRACE) {
      this.#depth += 1;
      this.#deepest = Math.max(this.#deepest, this.#depth);
      this.#isWhole = false;
    } else if (code === CLOSING || code === CLOSING + BRACE) {
      this.#depth -= 1;
      this.#isWhole = this.#depth === 0;
    }
  }
}
