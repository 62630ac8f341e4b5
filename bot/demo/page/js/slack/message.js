// One message: who, when, what; its thread, its reactions, and what only one person sees.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { character, emoji, emojiText } from "../lib/emoji.js";
import { ago, clock, ofTs } from "../lib/format.js";
import { act, openThread } from "../actions.js";
import { change, recent } from "../state.js";
import { nameOf, replies } from "../select.js";
import { blocks } from "../blocks/blocks.js";
import { mrkdwn } from "../blocks/mrkdwn.js";
import { inMessage } from "../blocks/place.js";
import { attachments, files } from "./attachments.js";
import { avatar } from "./avatar.js";
import { editor } from "./composer.js";
import { toolbar } from "./toolbar.js";

/** `place`: "channel" or "thread"; `joined`: said by the same person right after, so without the head. */
export function message(state, channel, one, { place = "channel", joined = false } = {}) {
  const spot = inMessage(state, channel, one);
  const editing = state.editing?.channel === channel.id && state.editing.ts === one.ts;
  const look = [joined && "joined", recent.slack.has(`${channel.id}/${one.ts}`) && "fresh"].filter(Boolean).join(" ");
  const content = editing ? editor(state, channel, one) : said(spot, one);
  return h(
    "article.message",
    {
      key: `m ${one.ts}`,
      class: look,
      "data-ts": one.ts,
      "data-testid": "message",
      "aria-label": `Message from ${one.name}`,
    },
    joined ? h("time.aside", null, clock(ofTs(one.ts))) : avatar(one.name, { ours: isOurs(state, one) }),
    h(
      "div.message-body",
      null,
      !joined && head(state, one),
      content,
      reactions(state, channel, one),
      place === "channel" && threadBar(state, channel, one),
    ),
    !editing && toolbar(state, channel, one, place),
  );
}

const isOurs = (state, one) => one.bot_id === state.slack.app.bot_id;

function head(state, one) {
  return h(
    "div.message-head",
    null,
    h("b", null, one.name),
    one.is_app && h("span.app-badge", null, "APP"),
    h("time", null, clock(ofTs(one.ts))),
  );
}

function said(spot, one) {
  const { state } = spot;
  const edited = one.edited && !isOurs(state, one) && h("span.edited", null, " (edited)");
  const text = !one.blocks?.length && one.text && h("div.text", null, mrkdwn(state, one.text), edited);
  return [
    text,
    h("div.blocks", null, blocks(spot, one.blocks), one.blocks?.length > 0 && edited),
    attachments(spot, one.attachments),
    files(state, one.files),
  ];
}

function reactions(state, channel, one) {
  if (!one.reactions?.length) return null;
  return h(
    "div.reactions",
    null,
    one.reactions.map(({ name, users }) =>
      h(
        "button",
        {
          key: name,
          type: "button",
          class: users.includes(state.me) && "mine",
          title: `${users.map((id) => nameOf(state, id)).join(", ")} · :${name}:`,
          onclick: () => act({ do: "react", channel: channel.id, ts: one.ts, name }),
          "data-reaction": name,
        },
        character(name) ? emoji(name) : `:${name}:`,
        h("span", null, String(users.length)),
      ),
    ),
  );
}

function threadBar(state, channel, one) {
  const said = replies(channel, one.ts);
  if (!said.length) return null;
  const last = said.at(-1);
  const who = [...new Map(said.map((reply) => [reply.name, reply])).values()].slice(-3);
  return h(
    "button.thread-bar",
    {
      type: "button",
      onclick: () => openThread(channel.id, one.ts),
      "data-testid": "thread-bar",
      class: recent.slack.has(`${channel.id}/${last.ts}`) && "fresh",
    },
    who.map((reply) => avatar(reply.name, { ours: isOurs(state, reply), size: 22 })),
    h("b", null, said.length === 1 ? "1 reply" : `${said.length} replies`),
    h("span.quiet", null, `Last reply ${ago(Number(last.ts))}`),
  );
}

/** Only this person sees it, and may put it away. */
export function ephemeral(state, channel, one) {
  const dismiss = () => change((s) => s.dismissed.add(one.ts));
  return h(
    "article.message.ephemeral",
    {
      key: `e ${one.ts}`,
      "data-ts": one.ts,
      "data-testid": "ephemeral",
      "aria-label": `Message from ${one.name}, only visible to you`,
    },
    avatar(one.name, { ours: isOurs(state, one) }),
    h(
      "div.message-body",
      null,
      h("p.only-you", null, icon("eye", 14), "Only visible to you"),
      head(state, one),
      said(inMessage(state, channel, one), one),
      h("button.as-link.dismiss", { type: "button", onclick: dismiss }, "Dismiss message"),
    ),
  );
}

/** Slackbot's own lines, such as "makegood didn't respond". */
export function notice(state, one) {
  const key = `notice ${one.at}`;
  return h(
    "article.message.ephemeral",
    { key, "data-testid": "notice" },
    avatar("Slackbot"),
    h(
      "div.message-body",
      null,
      h("p.only-you", null, icon("eye", 14), "Only visible to you"),
      h("div.message-head", null, h("b", null, "Slackbot"), h("time", null, clock(ofTs(one.at)))),
      h("div.text", { role: "alert" }, emojiText(one.text)),
      h(
        "button.as-link.dismiss",
        { type: "button", onclick: () => change((s) => s.dismissed.add(key)) },
        "Dismiss message",
      ),
    ),
  );
}
