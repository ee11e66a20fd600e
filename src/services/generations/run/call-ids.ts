/**
 * The ids of a generation's calls. A provider tells the calls of one turn apart; over several turns its ids may come again
 * (a server that counts from 0 in each turn). Ours name one call of the whole generation.
 */
export class CallIds {
  readonly #taken = new Set<string>();
  /** Ours by the provider's, of the present turn. */
  #ofTurn = new Map<string, string>();

  startTurn(): void {
    this.#ofTurn = new Map();
  }

  /** Our id of a call of the present turn. */
  toOwn(given: string): string {
    const known = this.#ofTurn.get(given);
    if (known !== undefined) return known;
    let own = given;
    for (let count = 2; this.#taken.has(own); count += 1) own = `${given}_${count}`;
    this.#taken.add(own);
    this.#ofTurn.set(given, own);
    return own;
  }
}
