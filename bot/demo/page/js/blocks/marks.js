// What every control carries: its id, its names for tests and for reading aloud, and what is wrong with it.

export const fieldId = (place, block, element) =>
  `f-${place.form}-${block.block_id}-${element.action_id}`.replace(/\s/g, "_");

export function marks(place, block, one) {
  const id = fieldId(place, block, one);
  const wrong = place.errors[block.block_id];
  const about = [wrong && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ");
  return {
    key: one.action_id,
    id,
    "data-action-id": one.action_id,
    "aria-invalid": wrong ? "true" : null,
    "aria-describedby": about || null,
    "aria-label": block.type === "input" ? null : (one.placeholder?.text ?? one.action_id),
  };
}
