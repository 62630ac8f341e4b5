// What changed just now: remembers what each thing looked like, and says for a moment that one is new or different.

const MOMENT = 2500;

export class Recent {
  #known = new Map();
  #fresh = new Map();
  #begun = false;

  /** Notes [key, look] pairs of a snapshot. The first snapshot is news to nobody. `expired` is called when a moment is over. */
  note(pairs, expired) {
    const until = Date.now() + MOMENT;
    for (const [key, look] of pairs) {
      if (this.#begun && this.#known.get(key) !== look) this.#fresh.set(key, until);
      this.#known.set(key, look);
    }
    this.#begun = true;
    if (this.#fresh.size) setTimeout(() => this.#expire(expired), MOMENT + 50);
  }

  has(key) {
    return this.#fresh.has(key);
  }

  any() {
    return this.#fresh.size > 0;
  }

  /** Whether any of the keys that begin so is news. */
  begins(prefix) {
    return [...this.#fresh.keys()].some((key) => key.startsWith(prefix));
  }

  /** Another person's eyes, or a world begun anew: nothing there is news. */
  forget() {
    this.#known.clear();
    this.#fresh.clear();
    this.#begun = false;
  }

  #expire(expired) {
    const now = Date.now();
    for (const [key, until] of this.#fresh) if (until <= now) this.#fresh.delete(key);
    expired();
  }
}
