// The open channel or conversation, and the thread pane beside it.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { dayKey, dayName, ofTs, plural } from "../lib/format.js";
import { closeThread, openTab } from "../actions.js";
import { panelOf, tabs } from "../tabs.js";
import {
  channelNamed,
  channelTitle,
  current,
  ephemerals,
  inChannel,
  message as messageOf,
  notices,
  replies,
} from "../select.js";
import { avatar } from "./avatar.js";
import { composer } from "./composer.js";
import { home } from "./home.js";
import { ephemeral, message, notice } from "./message.js";

const JOINED_SECONDS = 300;
const APP_TABS = [
  { id: "home", title: "Home" },
  { id: "messages", title: "Messages" },
];

export function conversation(state) {
  const channel = current(state);
  const name = channelTitle(state, channel);
  const atHome = channel.is_im && state.tab === "home";
  return h(
    "main.conversation",
    { key: `channel ${channel.id}`, "aria-label": channel.is_im ? name : `Channel ${name}` },
    h(
      "header.channel-head",
      null,
      channel.is_im ? avatar(name, { ours: true, size: 24 }) : icon("hash"),
      h("h1", null, name),
      !channel.is_im && h("span.quiet", null, plural(state.slack.people.length, "member")),
    ),
    channel.is_im && tabs({ label: "App", all: APP_TABS, chosen: state.tab, choose: openTab }),
    atHome ? home(state) : [messages(state, channel), composer(state, channel)],
  );
}

function messages(state, channel) {
  const said = channel.messages.filter(inChannel).map((one) => ({ ts: one.ts, one }));
  const only = ephemerals(state, channel, null).map((one) => ({ ts: one.ts, shown: ephemeral(state, channel, one) }));
  const told = notices(state, channel).map((one) => ({ ts: String(one.at), shown: notice(state, one) }));
  const all = [...said, ...only, ...told].sort((a, b) => Number(a.ts) - Number(b.ts));
  return h(
    "div.messages",
    {
      key: "messages",
      role: "log",
      "aria-label": "Messages",
      "data-testid": "messages",
      tabindex: 0,
      ...following,
    },
    h("div.filler"),
    !all.length && empty(state, channel),
    all.map((entry, index) => line(state, channel, entry, all[index - 1])),
  );
}

function line(state, channel, entry, before) {
  const day = dayKey(ofTs(entry.ts));
  const newDay = !before || dayKey(ofTs(before.ts)) !== day;
  const divider = newDay && h("div.day", { key: `day ${day}` }, h("span", null, dayName(ofTs(entry.ts))));
  return [
    divider,
    entry.shown ?? message(state, channel, entry.one, { joined: !newDay && joins(entry.one, before.one) }),
  ];
}

function joins(one, before) {
  if (!before || one.user !== before.user || one.name !== before.name || before.reply_count) return false;
  return Number(one.ts) - Number(before.ts) < JOINED_SECONDS;
}

function empty(state, channel) {
  const text = channel.is_im
    ? `This is where ${state.slack.app.name} writes to you alone.`
    : `Nothing has been said in #${channel.name} yet.`;
  return h("p.empty", { key: "empty" }, text);
}

const toBottom = (node) => {
  node.scrollTop = node.scrollHeight;
};

/** Whoever reads the newest goes on seeing the newest; whoever has scrolled up stays there. */
const stayAtBottom = (node) => () => {
  if (!scrolledUp.has(node)) toBottom(node);
};

function noteScroll({ currentTarget: node }) {
  const up = node.scrollHeight - node.scrollTop - node.clientHeight > 60;
  if (up) scrolledUp.add(node);
  else scrolledUp.delete(node);
}

const scrolledUp = new WeakSet();
const following = { mounted: toBottom, around: stayAtBottom, onscroll: noteScroll };

export function thread(state) {
  if (!state.thread) return null;
  const channel = channelNamed(state, state.thread.channel);
  const root = messageOf(channel, state.thread.ts);
  if (!root) return null;
  const said = replies(channel, root.ts);
  const shownAlone = (one) => ({ ts: one.ts, shown: ephemeral(state, channel, one) });
  const only = ephemerals(state, channel, root.ts).map(shownAlone);
  const all = [...said.map((one) => ({ ts: one.ts, one })), ...only].sort((a, b) => Number(a.ts) - Number(b.ts));
  return h(
    "aside.thread",
    { key: `thread ${root.ts}`, "aria-label": "Thread", "data-testid": "thread" },
    h(
      "header.channel-head",
      null,
      h("h1", null, "Thread"),
      h("span.quiet", null, channel.is_im ? channelTitle(state, channel) : `#${channel.name}`),
      h("button.close", { type: "button", "aria-label": "Close thread", onclick: closeThread }, icon("cross")),
    ),
    h(
      "div.messages",
      { role: "log", "aria-label": "Thread messages", tabindex: 0, ...following },
      message(state, channel, root, { place: "thread" }),
      h("div.replies", { key: "count" }, h("span", null, said.length === 1 ? "1 reply" : `${said.length} replies`)),
      all.map(({ one, shown }, index) => {
        const joined = !shown && joins(one, all[index - 1]?.one);
        return shown ?? message(state, channel, one, { place: "thread", joined });
      }),
    ),
    composer(state, channel, root.ts),
  );
}
