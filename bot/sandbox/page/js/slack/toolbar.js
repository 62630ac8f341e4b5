// What appears over a message when one points at it: reactions, reply in thread, shortcuts, edit and delete.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { emoji, REACTIONS } from "../lib/emoji.js";
import { act, closeMenu, confirmed, openThread, toggleMenu } from "../actions.js";
import { change } from "../state.js";
import { sides } from "../blocks/marks.js";
import { retyped } from "../blocks/mrkdwn.js";

export function toolbar(state, channel, one, place) {
  const id = `more ${place} ${one.ts}`;
  const open = state.menu?.id === id;
  const thread = one.thread_ts ?? one.ts;
  return h("div.toolbar", { class: open && "open", role: "toolbar", "aria-label": "Message actions" },
    REACTIONS.map((name) => tool(`React with ${name.replace(/_/g, " ")}`, () => act({ do: "react", channel: channel.id, ts: one.ts, name }), emoji(name))),
    place === "channel" && tool("Reply in thread", () => openThread(channel.id, thread), icon("reply")),
    h("span.menu-holder", null,
      h("button", { type: "button", "aria-label": "More actions", title: "More actions", "aria-haspopup": "menu", "aria-expanded": String(open), onclick: (event) => toggleMenu(id, event) }, icon("more")),
      open && menu(state, channel, one)),
  );
}

const tool = (label, onclick, shown) => h("button", { key: label, type: "button", "aria-label": label, title: label, onclick }, shown);

function menu(state, channel, one) {
  const shortcuts = state.slack.shortcuts.filter((each) => each.type === "message");
  const run = (each) => () => {
    closeMenu();
    act({ do: "message_shortcut", channel: channel.id, ts: one.ts, callback_id: each.callback_id });
  };
  const items = shortcuts.map((each) => item(each.name, run(each), { "data-shortcut": each.callback_id, title: each.description }, state.slack.app.name));
  const own = one.user === state.me && !one.is_app && [
    item("Edit message", () => edit(channel, one)),
    item("Delete message", () => confirmed(DELETE, () => act({ do: "delete", channel: channel.id, ts: one.ts })), { class: "danger" }),
  ];
  return h("div.menu", { role: "menu", class: `left ${sides(state.menu)}` }, items, items.length > 0 && own && h("hr"), own, !items.length && !own && h("p.quiet", null, "Nothing more to do here."));
}

const DELETE = {
  title: { type: "plain_text", text: "Delete message" },
  text: { type: "plain_text", text: "Are you sure you want to delete this message? This cannot be undone." },
  confirm: { type: "plain_text", text: "Delete" },
  deny: { type: "plain_text", text: "Cancel" },
  style: "danger",
};

function item(label, onclick, more = {}, note = null) {
  return h("button.item", { key: label, type: "button", role: "menuitem", onclick, ...more }, label, note && h("small", null, note));
}

function edit(channel, one) {
  change((s) => {
    s.menu = null;
    s.editing = { channel: channel.id, ts: one.ts };
    s.drafts[`edit ${one.ts}`] = retyped(one.text);
  });
}
