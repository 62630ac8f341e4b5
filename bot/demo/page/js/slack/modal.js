// Modals (the top one of the stack) and the "are you sure" of buttons.
import { h } from "../lib/dom.js";
import { firstField } from "../lib/focus.js";
import { icon } from "../lib/icons.js";
import { closeView } from "../actions.js";
import { change } from "../state.js";
import { blocks } from "../blocks/blocks.js";
import { plain, text } from "../blocks/mrkdwn.js";
import { inView, submit } from "../blocks/place.js";
import { avatar } from "./avatar.js";

export function modal(state) {
  const view = state.slack.views.at(-1);
  if (!view) return null;
  const place = inView(state, view);
  const waits = state.pending.has(`submit ${view.id}`);
  const frame = {
    role: "dialog",
    "aria-modal": "true",
    "aria-labelledby": "modal-title",
    "aria-busy": String(waits),
    "data-testid": "modal",
    "data-view-id": view.id,
    tabindex: -1,
    novalidate: "",
    mounted: (node) => !node.contains(document.activeElement) && (firstField(node) ?? node).focus(),
    onsubmit: (event) => {
      event.preventDefault();
      if (!waits) submit(place);
    },
  };
  const body = h("div.modal-body", { key: view.id }, blocks(place, view.blocks));
  const form = h("form.modal", frame, head(state, view), body, foot(view, waits));
  return h("div.veil", { key: `veil ${view.id}`, inert: Boolean(state.confirm) }, form);
}

function head(state, view) {
  const { name } = state.slack.app;
  const sign = state.slack.views.length > 1 ? back(view) : avatar(name, { ours: true, size: 28 });
  const close = { type: "button", "aria-label": "Close", onclick: () => closeView(view, true) };
  const title = h("h2", { id: "modal-title" }, plain(view.title.text));
  return h("header", null, sign, title, h("button.close", close, icon("cross")));
}

const back = (view) =>
  h("button.close", { type: "button", "aria-label": "Back", onclick: () => closeView(view) }, icon("left"));

function foot(view, waits) {
  const close = h("button.btn", { type: "button", onclick: () => closeView(view) }, view.close?.text ?? "Cancel");
  const send =
    view.submit &&
    h(
      "button.btn.primary",
      {
        key: view.submit.text, // another word is another button: a second press must not meet it under the finger
        type: "submit",
        disabled: view.submit_disabled,
        "aria-disabled": waits ? "true" : null,
        class: waits && "waits",
        "data-testid": "submit",
      },
      plain(view.submit.text),
    );
  return h("footer", null, close, send);
}

export function confirmation(state) {
  if (!state.confirm) return null;
  const { dialog, go } = state.confirm;
  const close = () =>
    change((s) => {
      s.confirm = null;
    });
  const yes = () => {
    close();
    go();
  };
  return h(
    "div.veil.page-veil",
    { key: "confirm" },
    h(
      "div.modal.confirm",
      {
        role: "alertdialog",
        "aria-modal": "true",
        "aria-labelledby": "confirm-title",
        "aria-describedby": "confirm-text",
        "data-testid": "confirm",
        tabindex: -1,
        mounted: (node) => node.querySelector("footer .btn:last-child").focus(),
      },
      h("header", null, h("h2", { id: "confirm-title" }, plain(dialog.title.text))),
      h("div.modal-body", { id: "confirm-text" }, text(state, dialog.text)),
      h(
        "footer",
        null,
        h("button.btn", { type: "button", onclick: close }, plain(dialog.deny.text)),
        h(
          "button.btn",
          { type: "button", class: dialog.style ?? "primary", onclick: yes },
          plain(dialog.confirm.text),
        ),
      ),
    ),
  );
}
