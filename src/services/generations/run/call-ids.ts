/**
 * The ids of a generation's calls. A provider tells the calls of one turn apart; over several turns its ids may come again
 * (a server that counts from 0 in each turn). Ours name one call of the whole generation.
 */
export class CallIds {
  /** Made with the first call, which most generations never have; so is the next. */
  #taken: Set<string> | undefined;
  /** Ours by the provider's, of the present turn. */
  #ofTurn: Map<string, string> | undefined;

  startTurn(): void {
    this.#ofTurn = undefined;
  }

  /** Our id of a call of the present turn. */
  toOwn(given: string): string {
    this.#ofTurn ??= new Map();
    const known = this.#ofTurn.get(given);
    if (known !== undefined) return known;
    this.#taken ??= new Set();
    let own = given;
    for (let count = 2; this.#taken.has(own); count += 1) own = `${given}_${count}`;
    this.#taken.add(own);
    this.#ofTurn.set(given, own);
    return own;
  }
}
