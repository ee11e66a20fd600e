const QUOTE = 34;
const BACKSLASH = 92;
/** `[`, `{`, `]`, `}`: each of the braces is 32 above its bracket. */
const OPENING = 91;
const CLOSING = 93;
const BRACE = 32;

/** How deep the lists and objects of a JSON text nest that comes in pieces. Each character is looked at once. */
export class DepthScan {
  #depth = 0;
  #deepest = 0;
  #isInString = false;
  #isEscaped = false;

  get deepest(): number {
    return this.#deepest;
  }

  add(piece: string): void {
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
    } else if (code === CLOSING || code === CLOSING + BRACE) this.#depth -= 1;
  }
}
