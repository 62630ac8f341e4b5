// Interactive elements of Block Kit: buttons, menus, selects, dates, checkboxes; fields to type in are in fields.js.
import { h } from "../lib/dom.js";
import { withEmoji } from "../lib/emoji.js";
import { confirmed, openMessage } from "../actions.js";
import { menuButton, menuItem } from "../menu.js";
import { multi, searching } from "./choosers.js";
import { field } from "./fields.js";
import { fieldId, marks } from "./marks.js";
import { plain, text } from "./mrkdwn.js";
import { held, isPending, nameFor, pick, press } from "./place.js";

const SAFE = /^https?:/i;

const TYPES = {
  button,
  workflow_button: button,
  overflow,
  static_select: (place, block, one) =>
    select(place, block, one, optionsOf(one), held(place, block, one)?.value, (value, option) => option),
  users_select: (place, block, one) => select(place, block, one, people(place), held(place, block, one)),
  channels_select: (place, block, one) => select(place, block, one, channels(place), held(place, block, one)),
  conversations_select: (place, block, one) => select(place, block, one, channels(place), held(place, block, one)),
  external_select: searching,
  multi_external_select: searching,
  multi_static_select: (place, block, one) =>
    multi(
      place,
      block,
      one,
      optionsOf(one).flatMap((group) => group.options),
      "options",
    ),
  multi_users_select: (place, block, one) => multi(place, block, one, people(place)[0].options, "ids"),
  multi_channels_select: (place, block, one) => multi(place, block, one, channels(place)[0].options, "ids"),
  multi_conversations_select: (place, block, one) => multi(place, block, one, channels(place)[0].options, "ids"),
  checkboxes,
  radio_buttons: radios,
  image: (_place, _block, one) => h("img.thumb", { src: one.image_url, alt: one.alt_text ?? "" }),
  icon_button: iconButton,
};

export function control(place, block, element) {
  return (TYPES[element.type] ?? field)(place, block, element);
}

function button(place, block, one) {
  const go = () =>
    confirmed(one.confirm, () => {
      if (one.url && SAFE.test(one.url) && !openMessage(one.url)) window.open(one.url, "_blank", "noopener");
      press(place, block, one, one.value === undefined ? {} : { value: one.value });
    });
  const waits = isPending(place, block, one);
  const marks = {
    "data-action-id": one.action_id,
    "data-value": one.value,
    "aria-label": one.accessibility_label,
    "aria-busy": waits ? "true" : null,
  };
  return h(
    "button.btn",
    {
      key: `${one.action_id} ${one.value ?? ""}`,
      type: "button",
      class: [one.style, waits && "waits"].filter(Boolean).join(" "),
      "aria-disabled": waits ? "true" : null,
      onclick: waits ? null : go,
      ...marks,
    },
    plain(one.text.text),
  );
}

export function iconButton(place, block, one) {
  if (one.type === "feedback_buttons") {
    return [one.positive_button, one.negative_button].map((side) =>
      button(place, block, { ...side, action_id: one.action_id }),
    );
  }
  return button(place, block, { ...one, style: "plain" });
}

function overflow(place, block, one) {
  const choose = (option) => () => confirmed(one.confirm, () => press(place, block, one, { selected: option.value }));
  const item = (option) =>
    menuItem(plain(option.text.text), choose(option), {
      key: option.value,
      note: option.description && plain(option.description.text),
      "data-value": option.value,
    });
  return menuButton(place.state, {
    id: `menu ${nameFor(place, block, one)}`,
    label: "More choices",
    look: "btn square",
    items: () => one.options.map(item),
    "data-action-id": one.action_id,
  });
}

/** Groups of options; plain options are one group without a name. */
const optionsOf = (one) => one.option_groups ?? [{ options: one.options ?? [] }];
const option = (value, name) => ({ value, text: { type: "plain_text", text: name } });
const people = (place) => [{ options: place.state.slack.people.map((one) => option(one.id, one.name)) }];
const channels = (place) => [
  { options: place.state.slack.channels.filter((one) => !one.is_im).map((one) => option(one.id, `#${one.name}`)) },
];

function select(place, block, one, groups, chosen, asHeld = (value) => value) {
  const all = groups.flatMap((group) => group.options);
  const choose = (event) => {
    const found = all.find((entry) => entry.value === event.target.value);
    pick(place, block, one, found ? asHeld(found.value, found) : null);
  };
  const entry = (one) => h("option", { key: one.value, value: one.value }, withEmoji(one.text.text));
  const entries = (list) => list.map(entry);
  const first = h("option", { key: "", value: "" }, one.placeholder?.text ?? "Choose an option");
  const shown = groups.map((group) =>
    group.label ? h("optgroup", { label: withEmoji(group.label.text) }, entries(group.options)) : entries(group.options),
  );
  return h("select.select", { ...marks(place, block, one), value: chosen ?? "", onchange: choose }, first, shown);
}

function checkboxes(place, block, one) {
  const chosen = held(place, block, one) ?? [];
  const toggle = (entry) => (event) => {
    const others = chosen.filter((other) => other.value !== entry.value);
    pick(
      place,
      block,
      one,
      event.target.checked
        ? one.options.filter((other) => other === entry || others.some((kept) => kept.value === other.value))
        : others,
    );
  };
  return boxes(place, block, one, "checkbox", (entry) => chosen.some((other) => other.value === entry.value), toggle);
}

function radios(place, block, one) {
  const chosen = held(place, block, one);
  return boxes(
    place,
    block,
    one,
    "radio",
    (entry) => chosen?.value === entry.value,
    (entry) => () => pick(place, block, one, entry),
  );
}

function boxes(place, block, one, type, isOn, act) {
  const id = fieldId(place, block, one);
  const box = (entry, index) =>
    h(
      "label.box",
      { key: entry.value },
      h("input", { type, name: id, id: `${id}-${index}`, checked: isOn(entry), onchange: act(entry) }),
      h(
        "span",
        null,
        text(place.state, entry.text),
        entry.description && h("small", null, text(place.state, entry.description)),
      ),
    );
  return h("div.boxes", { id, "data-action-id": one.action_id }, one.options.map(box));
}
