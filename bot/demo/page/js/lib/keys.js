// Small questions about keys.

/** Enter that only ends a word of an input method is not Enter. */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

/** Up and down within a list of `length`, round and round. */
export function step(event, at, length) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  return by && length ? (at + by + length) % length : null;
}
