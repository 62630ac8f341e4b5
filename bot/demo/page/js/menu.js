// A button that opens a menu, and what stands in menus. At most one is open; which one is kept in the state.
import { closeMenu, toggleMenu } from "./actions.js";
import { h } from "./lib/dom.js";
import { icon } from "./lib/icons.js";
import { step } from "./lib/keys.js";

const GAP = 4;
const EDGE = 8;

/** `look` are classes of the button; `items` is only asked while the menu is open; other marks go onto the button. */
export function menuButton(state, { id, label, sign = "more", look = "", size = 18, items, ...marks }) {
  const open = state.menu?.id === id;
  const said = { "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": String(open) };
  const onclick = (event) => toggleMenu(id, event);
  const button = h("button", { type: "button", class: look, ...said, ...marks, onclick }, icon(sign, size));
  const list = { role: "menu", "aria-label": label, onkeydown, ...floating(focusFirst) };
  return h("span.menu-holder", { key: id }, button, open && h("div.menu", list, items()));
}

export function menuItem(label, go, { key = label, note, ...marks } = {}) {
  const onclick = (event) => {
    leave(event.currentTarget.closest(".menu"));
    go();
  };
  return h(
    "button.item",
    { key, type: "button", role: "menuitem", tabindex: -1, ...marks, onclick },
    label,
    note && h("small", null, note),
  );
}

/** Over everything, so that no pane that scrolls cuts it off; stands right after the button it belongs to. */
export const floating = (then = () => {}) => ({
  popover: "manual",
  around: () => placeMenu,
  mounted: (node) => {
    node.showPopover();
    placeMenu();
    then(node);
  },
});

/** Below its button, or above it where there is more room; always within the window. */
export function placeMenu() {
  const menu = document.querySelector(".menu:popover-open");
  if (!menu) return;
  const button = menu.previousElementSibling.getBoundingClientRect();
  const below = button.bottom + GAP;
  const fits = below + menu.offsetHeight + EDGE <= window.innerHeight || button.top < window.innerHeight / 2;
  const furthest = window.innerWidth - menu.offsetWidth - EDGE;
  menu.style.setProperty("top", `${fits ? below : button.top - GAP - menu.offsetHeight}px`);
  menu.style.setProperty("left", `${Math.max(EDGE, Math.min(button.left, furthest))}px`);
}

const entries = (menu) => [...menu.querySelectorAll('[role="menuitem"], input')];
export const focusFirst = (menu) => entries(menu)[0]?.focus();

/** Up and down go round, Home and End go to the ends; Enter ticks a box; Tab and Escape leave. */
export function onkeydown(event) {
  const menu = event.currentTarget;
  const all = entries(menu);
  const ends = { Home: 0, End: all.length - 1 };
  const to = ends[event.key] ?? step(event, all.indexOf(document.activeElement), all.length);
  if (to !== null) all[to]?.focus();
  else if (event.key === "Enter" && document.activeElement.matches("input")) document.activeElement.click();
  else if (event.key === "Escape" || event.key === "Tab") leave(menu);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** The focus goes back to the button. */
function leave(menu) {
  menu.previousElementSibling.focus();
  closeMenu();
}
