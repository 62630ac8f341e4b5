// The right side of the page: the customer's browser above; mail, board and till below.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { closeMenu } from "../actions.js";
import { change, recent } from "../state.js";
import { link } from "../slack/workspace.js";
import { board } from "./board.js";
import { browser } from "./browser.js";
import { inbox } from "./inbox.js";
import { till } from "./till.js";

const PANES = {
  inbox: ["Inbox", "mail", inbox, "mail "],
  board: ["Board", "board", board, "card "],
  till: ["Till", "till", till, "till "],
};

export function world(state) {
  if (!state.world) return h("section.pane.world", null, h("p.starting", null, "Opening the customer's side…"));
  return h(
    "section.pane.world",
    { "aria-label": "The customer's side", "data-testid": "world", onclick: state.menu ? closeMenu : null },
    link(state.links.world),
    browser(state),
    h(
      "div.tabs",
      { role: "tablist", "aria-label": "Around the customer" },
      Object.keys(PANES).map((id) => tab(state, id)),
    ),
    h("div.panel", { key: state.pane }, PANES[state.pane][2](state)),
  );
}

function tab(state, id) {
  const [title, sign, , prefix] = PANES[id];
  const news = state.news[id] && state.pane !== id;
  const open = () =>
    change((s) => {
      s.pane = id;
      s.news[id] = false;
    });
  const look = [news && "news", recent.world.begins(prefix) && "fresh"].filter(Boolean).join(" ");
  const marks = {
    id: `tab-${id}`,
    "data-testid": `tab-${id}`,
    "aria-selected": String(state.pane === id),
    "aria-controls": `panel-${id}`,
    tabindex: state.pane === id ? 0 : -1,
  };
  return h(
    "button",
    {
      key: id,
      type: "button",
      role: "tab",
      class: look,
      onclick: open,
      onkeydown: (event) => onKey(event, id),
      ...marks,
    },
    icon(sign, 16),
    title,
    news && h("span.unseen", null, "changed"),
  );
}

/** Arrow keys go from tab to tab. */
function onKey(event, id) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const all = Object.keys(PANES);
  const to = all[(all.indexOf(id) + by + all.length) % all.length];
  change((s) => {
    s.pane = to;
    s.news[to] = false;
  });
  document.getElementById(`tab-${to}`).focus();
}

/** [key, look] of everything here that may change. */
export function looks(snapshot) {
  const cards = (snapshot.board?.lists ?? []).flatMap((list) =>
    list.cards.map((card) => [`card ${card.id}`, `${list.name} ${card.name} ${card.comments?.length}`]),
  );
  const mails = (snapshot.inbox ?? []).map((mail, index) => [`mail ${index}`, mail.subject]);
  const accounts = (snapshot.till?.customers ?? []).flatMap((one) =>
    ["plan", "status", "period_end", "credit"].map((field) => [`till ${one.email} ${field}`, String(one[field])]),
  );
  return [...cards, ...mails, ...accounts];
}
