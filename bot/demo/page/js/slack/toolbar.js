// What appears over a message when one points at it: reactions, reply in thread, shortcuts, edit and delete.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { emoji, REACTIONS } from "../lib/emoji.js";
import { act, confirmed, openThread } from "../actions.js";
import { menuButton, menuItem } from "../menu.js";
import { change } from "../state.js";
import { retyped } from "../blocks/mrkdwn.js";

export function toolbar(state, channel, one, place) {
  const id = `more ${place} ${one.ts}`;
  const react = (name) => () => act({ do: "react", channel: channel.id, ts: one.ts, name });
  const reply = () => openThread(channel.id, one.thread_ts ?? one.ts);
  return h(
    "div.toolbar",
    { class: state.menu?.id === id && "open", role: "toolbar", "aria-label": "Message actions" },
    REACTIONS.map((name) => tool(`React with ${name.replace(/_/g, " ")}`, react(name), emoji(name))),
    place === "channel" && tool("Reply in thread", reply, icon("reply")),
    menuButton(state, { id, label: "More actions", items: () => items(state, channel, one) }),
  );
}

const tool = (label, onclick, shown) =>
  h("button", { key: label, type: "button", "aria-label": label, title: label, onclick }, shown);

function items(state, channel, one) {
  const shortcuts = state.slack.shortcuts.filter((each) => each.type === "message");
  const run = (callback_id) => () => act({ do: "message_shortcut", channel: channel.id, ts: one.ts, callback_id });
  const offered = shortcuts.map((each) =>
    menuItem(each.name, run(each.callback_id), { note: state.slack.app.name, title: each.description }),
  );
  const all = [...offered, ...(one.user === state.me && !one.is_app ? own(channel, one) : [])];
  return all.length ? all : h("p.quiet", null, "Nothing more to do here.");
}

const own = (channel, one) => [
  menuItem("Edit message", () => edit(channel, one)),
  menuItem("Delete message", () => confirmed(DELETE, () => act({ do: "delete", channel: channel.id, ts: one.ts })), {
    class: "danger",
  }),
];

const DELETE = {
  title: { type: "plain_text", text: "Delete message" },
  text: { type: "plain_text", text: "Are you sure you want to delete this message? This cannot be undone." },
  confirm: { type: "plain_text", text: "Delete" },
  deny: { type: "plain_text", text: "Cancel" },
  style: "danger",
};

function edit(channel, one) {
  change((s) => {
    s.editing = { channel: channel.id, ts: one.ts };
    s.drafts[`edit ${one.ts}`] = retyped(one.text);
  });
}
