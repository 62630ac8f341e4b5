// Where the keyboard was before a dialog opened: it goes back there when the dialog is gone.

const DIALOG = '[role="dialog"], [role="alertdialog"]';
let before = null;
let inDialog = false;
let wrote = false; // in a box of the workspace

export const firstField = (node) => node.querySelector("input, textarea, select, .tokens");

/** For what says that a field is wrong: the first such field of a form takes the focus. */
export function toWrongField(node) {
  const first = node.closest("form")?.querySelector(".field.wrong");
  if (first?.contains(node)) firstField(first)?.focus();
}

/** Before each rendering: what a dialog covers loses the focus before the dialog is there. */
export function noteFocus() {
  const at = document.activeElement;
  if (at !== document.body && !at.closest(DIALOG)) before = at;
  wrote = at.matches("textarea") && Boolean(at.closest(".workspace"));
}

/** After each rendering: focus that was lost with what had it goes to the dialog that is open, or back to where it was. Who wrote
 * in a thread or a message that is gone goes on writing in the channel.
 */
export function restoreFocus(otherwise) {
  const open = [...document.querySelectorAll(DIALOG)].at(-1);
  const lost = document.activeElement === document.body;
  if (open && lost) open.focus();
  else if (inDialog && lost) (before?.isConnected ? before : document.querySelector(otherwise))?.focus();
  else if (wrote && lost) document.querySelector(otherwise)?.focus();
  inDialog = Boolean(open);
}
