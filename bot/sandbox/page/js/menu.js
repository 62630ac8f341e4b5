// A button that opens a menu, and what stands in menus. At most one is open; its place is kept in the state.
import { closeMenu, toggleMenu } from "./actions.js";
import { h } from "./lib/dom.js";
import { icon } from "./lib/icons.js";

/** `look` are classes of the button; `items` is only asked while the menu is open; other marks go onto the button. */
export function menuButton(state, { id, label, sign = "more", look = "", size = 18, items, ...marks }) {
  const open = state.menu?.id === id;
  const said = { "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": String(open) };
  const onclick = (event) => toggleMenu(id, event);
  const button = h("button", { type: "button", class: look, ...said, ...marks, onclick }, icon(sign, size));
  return h(
    "span.menu-holder",
    { key: id },
    button,
    open && h("div.menu", { role: "menu", class: sides(state.menu) }, items()),
  );
}

export function menuItem(label, go, { key = label, note, ...marks } = {}) {
  const onclick = () => {
    closeMenu();
    go();
  };
  return h(
    "button.item",
    { key, type: "button", role: "menuitem", ...marks, onclick },
    label,
    note && h("small", null, note),
  );
}

/** Where an open menu goes. */
export const sides = (menu) => [menu.up && "up", menu.left && "left"].filter(Boolean).join(" ");
