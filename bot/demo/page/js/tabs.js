// A row of tabs: one is chosen, and the arrow keys go from one to the next.
import { h } from "./lib/dom.js";

/** `all` is [{id, title, ...marks}]; a title may be several children. */
export function tabs({ label, look = "", all, chosen, choose }) {
  const onkeydown = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const at = all.findIndex((one) => one.id === chosen);
    const { id } = all[(at + by + all.length) % all.length];
    choose(id);
    document.getElementById(`tab-${id}`).focus();
    event.preventDefault();
  };
  const tab = ({ id, title, ...marks }) => {
    const state = { "aria-selected": String(id === chosen), tabindex: id === chosen ? 0 : -1 };
    const about = { key: id, type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, ...state };
    return h("button", { ...about, ...marks, onclick: () => choose(id), onkeydown }, title);
  };
  return h("div.tabs", { class: look, role: "tablist", "aria-label": label }, all.map(tab));
}

/** What a panel carries that belongs to a tab. */
export const panelOf = (id) => ({ role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}` });
