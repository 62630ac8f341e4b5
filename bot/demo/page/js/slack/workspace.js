// The left side of the page: the workspace as the present person sees it.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { closeMenu } from "../actions.js";
import { avatar } from "./avatar.js";
import { conversation, thread } from "./conversation.js";
import { modal } from "./modal.js";
import { sidebar } from "./sidebar.js";

export function workspace(state, actAs) {
  if (!state.slack) return h("section.pane.workspace", null, h("p.starting", null, "Opening the workspace…"));
  const behind = state.slack.views.length > 0;
  return h(
    "section.pane.workspace",
    {
      id: "panel-workspace",
      "aria-label": "Slack workspace",
      "data-testid": "workspace",
      onclick: state.menu ? closeMenu : null,
    },
    switcher(state, actAs),
    link(state.links.slack),
    h(
      "div.workspace-body",
      { class: state.thread && "with-thread", inert: behind },
      sidebar(state),
      conversation(state),
      thread(state),
    ),
    modal(state),
  );
}

function switcher(state, actAs) {
  const people = state.slack.people.map((one) =>
    h(
      "button",
      {
        key: one.id,
        type: "button",
        "aria-pressed": String(one.id === state.me),
        title: `Act as ${one.name}, ${one.title}`,
        onclick: () => actAs(one.id),
        "data-testid": `as-${one.id}`,
      },
      avatar(one.name, { size: 22 }),
      h("span", null, one.name),
      h("small", null, one.title),
    ),
  );
  return h("header.switcher", { role: "group", "aria-label": "Act as" }, h("span.you-are", null, "You are"), people);
}

export const link = (state) =>
  state === "lost" &&
  h(
    "p.link-lost",
    { role: "status", "data-testid": "reconnecting" },
    icon("reload", 14),
    "Connection lost. Reconnecting…",
  );
