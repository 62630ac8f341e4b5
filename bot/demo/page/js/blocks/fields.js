// Fields to type in: text of one or many lines, numbers, addresses, dates and times.
import { h } from "../lib/dom.js";
import { isComposing } from "../lib/keys.js";
import { marks } from "./marks.js";
import { asSlack, held, keep, pick, press, submit } from "./place.js";

const INPUTS = {
  plain_text_input: "text",
  email_text_input: "email",
  url_text_input: "url",
  number_input: "text",
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
};

export function field(place, block, one) {
  const type = INPUTS[one.type];
  if (one.type === "rich_text_input" || one.multiline) return area(place, block, one);
  if (!type) return h("span.quiet", null, `(a ${one.type})`);
  if (type === "date" || type === "time") return picked(place, block, one, type);
  if (type === "datetime-local") return moment(place, block, one);
  const more = one.type === "number_input" ? { inputmode: "decimal" } : {};
  return h("input.input", {
    ...typing(place, block, one),
    type,
    ...more,
    onkeydown: (event) => onEnter(event, place, block, one),
  });
}

function typing(place, block, one) {
  return {
    ...marks(place, block, one),
    placeholder: one.placeholder?.text,
    value: held(place, block, one) ?? "",
    autocomplete: "off",
    spellcheck: "false",
    oninput: (event) => typed(place, block, one, event.target.value),
    mounted: one.focus_on_load && ((node) => node.focus()),
  };
}

function typed(place, block, one, value) {
  keep(place, block, one, value);
  if (block.dispatch_action && one.dispatch_action_config?.trigger_actions_on?.includes("on_character_entered")) {
    press(place, block, one, { selected: asSlack(one, value) });
  }
}

/** Enter tells the app where it asked for it; otherwise it submits the form, as in Slack. */
function onEnter(event, place, block, one) {
  if (event.key !== "Enter" || isComposing(event)) return;
  event.preventDefault();
  if (block.dispatch_action || block.type !== "input")
    press(place, block, one, { selected: asSlack(one, event.target.value) });
  else if (place.view) submit(place);
}

function area(place, block, one) {
  const onkeydown = (event) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey) && place.view) submit(place);
  };
  return h("textarea.input", { ...typing(place, block, one), rows: 3, onkeydown });
}

function picked(place, block, one, type) {
  const onchange = (event) => pick(place, block, one, event.target.value || null);
  return h("input.input.narrow", { ...marks(place, block, one), type, value: held(place, block, one) ?? "", onchange });
}

/** Slack holds seconds since 1970; the browser's field holds local time as text. */
function moment(place, block, one) {
  const at = held(place, block, one);
  const local = at
    ? new Date(at * 1000 - new Date(at * 1000).getTimezoneOffset() * 60000).toISOString().slice(0, 16)
    : "";
  const onchange = (event) =>
    pick(place, block, one, event.target.value ? Math.floor(new Date(event.target.value).getTime() / 1000) : null);
  return h("input.input.narrow", { ...marks(place, block, one), type: "datetime-local", value: local, onchange });
}
