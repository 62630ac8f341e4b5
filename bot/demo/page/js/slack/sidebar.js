// The sidebar: the workspace's name, channels, the app, and the phone's lock screen.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { emojiText } from "../lib/emoji.js";
import { clock, ofTs } from "../lib/format.js";
import { openApp, openChannel } from "../actions.js";
import { recent } from "../state.js";
import { channelTitle, current, lockScreen, placeOf, unread } from "../select.js";
import { phoneText } from "../blocks/mrkdwn.js";
import { avatar } from "./avatar.js";

export function sidebar(state) {
  const { channels, team } = state.slack;
  return h(
    "nav.sidebar",
    { "aria-label": "Channels and direct messages", "data-testid": "sidebar" },
    h("div.workspace-name", null, team.domain ?? team),
    group(
      state,
      "Channels",
      channels.filter((one) => !one.is_im),
    ),
    apps(
      state,
      channels.filter((one) => one.is_im),
    ),
    lock(state),
  );
}

const group = (state, title, channels) =>
  h(
    "div.group",
    null,
    h("h2", null, title),
    h(
      "ul",
      null,
      channels.map((one) => entry(state, one)),
    ),
  );

/** The conversation with the app begins when either of the two speaks first. */
function apps(state, known) {
  if (known.length) return group(state, "Apps", known);
  const { name } = state.slack.app;
  const begin = h(
    "button",
    { type: "button", onclick: openApp, "data-testid": "channel-app" },
    avatar(name, { ours: true, size: 20 }),
    h("span.name", null, name),
  );
  return h("div.group", null, h("h2", null, "Apps"), h("ul", null, h("li", { key: "app" }, begin)));
}

function entry(state, channel) {
  const open = current(state).id === channel.id;
  const count = open ? 0 : unread(state, channel);
  const name = channelTitle(state, channel);
  const sign = channel.is_im ? avatar(name, { ours: true, size: 20 }) : icon("hash", 16);
  const look = [open && "open", count && "unread"].filter(Boolean).join(" ");
  const marks = {
    "data-testid": `channel-${channel.is_im ? "app" : channel.name}`,
    "data-channel": channel.id,
    "aria-current": open ? "page" : null,
  };
  return h(
    "li",
    { key: channel.id },
    h(
      "button",
      { type: "button", class: look, onclick: () => openChannel(placeOf(channel)), ...marks },
      sign,
      h("span.name", null, name),
      count > 0 && h("span.badge", { "aria-label": `${count} unread` }, String(count)),
    ),
  );
}

/** The last message's `text`, as a locked phone shows it. */
function lock(state) {
  const last = lockScreen(state);
  if (!last) return null;
  const { channel, message } = last;
  const where = channel.is_im ? message.name : `${message.name} in #${channel.name}`;
  const fresh = recent.slack.has(`${channel.id}/${message.ts}`);
  return h(
    "div.lock-screen",
    { "data-testid": "lock-screen", class: fresh && "fresh", title: "What a locked phone shows of the last message" },
    h(
      "div.lock-head",
      null,
      icon("phone", 14),
      h("span", null, where),
      h("time", null, clock(ofTs(message.ts))),
    ),
    h("div.lock-text", null, emojiText(phoneText(state, message.notified))),
  );
}
