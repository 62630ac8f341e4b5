// Where people write: Enter sends, Shift+Enter begins a line, "/" and "@" offer completions.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { isComposing, step } from "../lib/keys.js";
import { act, say } from "../actions.js";
import { menuButton, menuItem } from "../menu.js";
import { change } from "../state.js";
import { channelTitle } from "../select.js";
import { complete, completions, linked } from "./completion.js";

const draftKey = (state, channel, thread) => `${state.me}/${channel.id}/${thread ?? ""}`;

export function composer(state, channel, thread = null) {
  const key = draftKey(state, channel, thread);
  const text = state.drafts[key] ?? "";
  const offered = state.quiet[key] === text ? [] : completions(state, text, thread);
  const writing = { state, channel, thread, key, text, offered };
  return h(
    "div.composer",
    { key: `composer ${thread ?? channel.id}` },
    list(state, key, text, offered),
    h("div.composer-box", null, box(writing), tools(writing)),
  );
}

function box(writing) {
  const { state, channel, thread, key, text, offered } = writing;
  const label = thread ? "Reply" : `Message ${channel.is_im ? "" : "#"}${channelTitle(state, channel)}`;
  return h("textarea", {
    key,
    rows: 1,
    value: text,
    "aria-label": label,
    placeholder: label,
    "data-testid": thread ? "thread-composer" : "composer",
    "aria-expanded": String(offered.length > 0),
    spellcheck: "false",
    oninput: (event) => take(key, event.target.value),
    onkeydown: (event) => onKey(event, writing),
    around: (node) => () => grow(node),
    mounted: thread && ((node) => node.focus()),
  });
}

function tools(writing) {
  const { state, thread, text } = writing;
  const onclick = ({ currentTarget: button }) => {
    boxOf(button).focus(); // the button is disabled as soon as the box is empty
    sendDraft(writing);
  };
  const send = { type: "button", "aria-label": "Send", disabled: !text.trim(), onclick };
  return h(
    "div.composer-tools",
    null,
    !thread && shortcuts(state),
    h("span.hint", null, text && "Shift + Enter for a new line"),
    h("button.send", send, icon("send")),
  );
}

const boxOf = (node) => node.closest(".composer").querySelector("textarea");

function grow(node) {
  node.style.setProperty("height", "auto");
  node.style.setProperty("height", `${Math.min(node.scrollHeight, 180)}px`);
}

function list(state, key, text, offered) {
  if (!offered.length) return null;
  const items = offered.map((one, index) =>
    h(
      "button.completion",
      {
        key: one.id,
        type: "button",
        role: "option",
        "aria-selected": String(index === state.choice),
        class: index === state.choice && "on",
        "data-completion": one.id,
        onclick: ({ currentTarget: item }) => {
          boxOf(item).focus(); // the list is gone then
          take(key, complete(text, one));
        },
      },
      h("b", null, one.title),
      " ",
      h("span.usage", null, one.usage),
      h("small", null, one.about),
    ),
  );
  return h("div.completions", { role: "listbox", "aria-label": "Completions" }, items);
}

const take = (key, text) =>
  change((s) => {
    s.drafts[key] = text;
    s.choice = 0;
  });

function onKey(event, writing) {
  const { state, key, text, offered } = writing;
  if (isComposing(event)) return;
  const at = step(event, state.choice, offered.length);
  const chosen = offered[state.choice];
  if (at !== null)
    change((s) => {
      s.choice = at;
    });
  else if (event.key === "Tab" && chosen) take(key, complete(text, chosen));
  else if (event.key === "Escape" && offered.length)
    change((s) => {
      s.quiet[key] = text;
    });
  else if (event.key === "Enter" && !event.shiftKey) enter(writing, chosen);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** A half-written name is completed first; a whole one is sent. */
function enter(writing, chosen) {
  if (chosen && !chosen.whole) take(writing.key, complete(writing.text, chosen));
  else sendDraft(writing);
}

async function sendDraft({ state, channel, thread, key, text }) {
  const said = text.trim();
  if (!said) return;
  if (said.startsWith("/") && thread) {
    say(`${said.split(" ")[0]} is not supported in threads. Mention @${state.slack.app.name} instead.`);
    return;
  }
  take(key, "");
  if (said.startsWith("/")) {
    act({ do: "slash", channel: channel.id, line: said }, { quiet: true }); // Slackbot says what went wrong
    return;
  }
  const answer = await act({
    do: "post",
    channel: channel.id,
    text: linked(state, said),
    ...(thread && { thread_ts: thread }),
  });
  if (!answer.ok) take(key, text);
}

function shortcuts(state) {
  const all = state.slack.shortcuts.filter((one) => one.type === "global");
  const run = (one) => () => act({ do: "global_shortcut", callback_id: one.callback_id });
  const items = () => all.map((one) => menuItem(one.name, run(one), { note: one.description }));
  return all.length > 0 && menuButton(state, { id: "shortcuts", label: "Shortcuts", sign: "bolt", items });
}

/** A message being edited in its place. */
export function editor(state, channel, one) {
  const key = `edit ${one.ts}`;
  const text = state.drafts[key] ?? "";
  const close = () =>
    change((s) => {
      s.editing = null;
    });
  const save = () => {
    close();
    act({ do: "edit", channel: channel.id, ts: one.ts, text: linked(state, text) });
  };
  const onkeydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    save();
  };
  const oninput = (event) =>
    change((s) => {
      s.drafts[key] = event.target.value;
    });
  const focus = (node) => node.focus();
  return h(
    "div.composer-box.editor",
    null,
    h("textarea", { value: text, rows: 2, "aria-label": "Edit message", oninput, onkeydown, mounted: focus }),
    h(
      "div.actions",
      null,
      h("button.btn", { type: "button", onclick: close }, "Cancel"),
      h("button.btn.primary", { type: "button", onclick: save }, "Save"),
    ),
  );
}
