// The right side of the page: the customer's browser above; mail, board and till below.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { closeMenu } from "../actions.js";
import { change, recent } from "../state.js";
import { link } from "../slack/workspace.js";
import { tabs } from "../tabs.js";
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
  const all = Object.keys(PANES).map((id) => tab(state, id));
  return h(
    "section.pane.world",
    {
      id: "panel-world",
      "aria-label": "The customer's side",
      "data-testid": "world",
      onclick: state.menu ? closeMenu : null,
    },
    link(state.links.world),
    browser(state),
    tabs({ label: "Around the customer", all, chosen: state.pane, choose }),
    h("div.panel", { key: state.pane }, PANES[state.pane][2](state)),
  );
}

function tab(state, id) {
  const [title, sign, , prefix] = PANES[id];
  const news = state.news[id] && state.pane !== id;
  const look = [news && "news", recent.world.begins(prefix) && "fresh"].filter(Boolean).join(" ");
  const shown = [icon(sign, 16), title, news && h("span.unseen", null, "changed")];
  return { id, title: shown, class: look, "data-testid": `tab-${id}` };
}

const choose = (id) =>
  change((s) => {
    s.pane = id;
    s.news[id] = false;
  });

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
