// The customer's e-mail.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { clock, ofAny } from "../lib/format.js";
import { actInWorld } from "../actions.js";
import { change, recent } from "../state.js";
import { panelOf } from "../tabs.js";

export function inbox(state) {
  const mails = [...(state.world.inbox ?? [])].map((mail, index) => ({ ...mail, index })).reverse();
  const write = h(
    "button.small",
    {
      type: "button",
      onclick: () =>
        change((s) => {
          s.writing = !s.writing;
        }),
      "aria-expanded": String(state.writing),
    },
    icon("pencil", 14),
    "Write to support",
  );
  return h(
    "div.inbox",
    { ...panelOf("inbox"), "data-testid": "inbox" },
    h("div.panel-tools", null, h("span.quiet", null, state.world.customer?.email), write),
    state.writing && letter(state),
    !mails.length &&
      !state.writing &&
      h("p.empty", null, "No mail yet. What the team tells the customer arrives here."),
    h(
      "ul",
      null,
      mails.map((mail) => entry(state, mail)),
    ),
  );
}

function entry(state, mail) {
  const open = (state.mail ?? state.world.inbox.length - 1) === mail.index;
  const toggle = () =>
    change((s) => {
      s.mail = open ? -1 : mail.index;
    });
  return h(
    "li.mail",
    {
      key: mail.index,
      class: [open && "open", recent.world.has(`mail ${mail.index}`) && "fresh"].filter(Boolean).join(" "),
      "data-testid": "mail",
    },
    h(
      "button.mail-head",
      { type: "button", "aria-expanded": String(open), onclick: toggle },
      h("b", null, mail.from),
      h("span", null, mail.subject),
      h("time", null, mail.at && clock(ofAny(mail.at))),
    ),
    open && h("div.mail-text", null, mail.text),
  );
}

function letter(state) {
  const set = (name) => (event) =>
    change((s) => {
      s.drafts[name] = event.target.value;
    });
  const send = async (event) => {
    event.preventDefault();
    const answer = await actInWorld({
      do: "mail",
      subject: state.drafts.subject || "A question",
      text: state.drafts.mail ?? "",
    });
    if (answer.ok)
      change((s) => {
        s.writing = false;
        s.drafts.mail = s.drafts.subject = "";
      });
  };
  return h(
    "form.letter",
    { onsubmit: send },
    h(
      "label",
      null,
      "Subject",
      h("input.input", { type: "text", value: state.drafts.subject ?? "", oninput: set("subject") }),
    ),
    h(
      "label",
      null,
      "Text",
      h("textarea.input", {
        rows: 3,
        value: state.drafts.mail ?? "",
        oninput: set("mail"),
        mounted: (node) => node.focus(),
      }),
    ),
    h("button.btn.primary", { type: "submit", disabled: !state.drafts.mail?.trim() }, "Send"),
  );
}
