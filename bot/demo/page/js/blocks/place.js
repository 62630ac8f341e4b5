// Where blocks stand (a message or a view), what is held in their fields, and how a press or a choice there reaches the app.
import { act, confirmed } from "../actions.js";
import { change } from "../state.js";

const HELD = {
  plain_text_input: "value",
  email_text_input: "value",
  url_text_input: "value",
  number_input: "value",
  rich_text_input: "rich_text_value",
  static_select: "selected_option",
  external_select: "selected_option",
  radio_buttons: "selected_option",
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
  checkboxes: "selected_options",
  users_select: "selected_user",
  channels_select: "selected_channel",
  conversations_select: "selected_conversation",
  multi_users_select: "selected_users",
  multi_channels_select: "selected_channels",
  multi_conversations_select: "selected_conversations",
  datepicker: "selected_date",
  timepicker: "selected_time",
  datetimepicker: "selected_date_time",
};

export const inMessage = (state, channel, message) => ({
  state,
  form: `${channel.id}/${message.ts}`,
  channel: channel.id,
  ts: message.ts,
  kept: {},
  errors: {},
});
export const inView = (state, view) => ({
  state,
  form: view.id,
  view: view.id,
  kept: view.state?.values ?? {},
  errors: view.errors ?? {},
  blocks: view.blocks,
});

export const nameFor = (place, block, element) => `${place.form}/${block.block_id}/${element.action_id}`;
export const isPending = (place, block, element) => place.state.pending.has(nameFor(place, block, element));

/** What is in the field now: typed or picked here, or kept by Slack, or what it began with. */
export function held(place, block, element) {
  const key = HELD[element.type];
  const here = place.state.forms[place.form]?.[block.block_id]?.[element.action_id];
  const kept = place.kept[block.block_id]?.[element.action_id];
  for (const value of [here, kept]) if (value?.type === element.type) return value[key] ?? null;
  return element[key === "value" ? "initial_value" : key.replace("selected_", "initial_")] ?? null;
}

/** Keeps what was typed; nothing is sent. */
export function keep(place, block, element, value) {
  change((s) => {
    const form = (s.forms[place.form] ??= {});
    (form[block.block_id] ??= {})[element.action_id] = { type: element.type, [HELD[element.type]]: value };
  });
}

/** Keeps what was picked, and tells the app where it asked to hear of it at once. */
export function pick(place, block, element, value) {
  confirmed(element.confirm, () => {
    keep(place, block, element, value);
    if (block.type !== "input" || block.dispatch_action)
      press(place, block, element, { selected: asSlack(element, value) });
  });
}

export const asSlack = (element, value) => ({ type: element.type, [HELD[element.type]]: value });

/** One press. In a view, what stands in the other fields goes along. */
export async function press(place, block, element, given = {}) {
  const key = nameFor(place, block, element);
  const common = { action_id: element.action_id, block_id: block.block_id, ...given };
  if (!place.view) return act({ do: "click", channel: place.channel, ts: place.ts, ...common }, { key });
  const fields = typed(place);
  if (Object.keys(fields).length) await act({ do: "fill", view_id: place.view, values: fields }, { key, quiet: true });
  return act({ do: "click_in_view", view_id: place.view, ...common }, { key });
}

/** Sends a form. What is wrong comes back with the next snapshot, under the fields. */
export const submit = (place) =>
  act({ do: "submit", view_id: place.view, values: typed(place) }, { key: `submit ${place.view}` });

/** What was typed or picked: {block: {action: value}}. */
const typed = (place) => place.state.forms[place.form] ?? {};

/** A view that shows other fields now forgets what stood in the old ones, as Slack does: a field that comes back begins anew. */
export function forgetFields(s, views) {
  for (const view of views) if (s.forms[view.id]) s.forms[view.id] = stillThere(s.forms[view.id], view.blocks);
}

function stillThere(fields, blocks) {
  const there = new Set(controls(blocks));
  const form = Object.entries(fields);
  const present = ([block, actions]) => [
    block,
    Object.fromEntries(
      Object.entries(actions).filter(([action, value]) => there.has(`${block} ${action} ${value.type}`)),
    ),
  ];
  return Object.fromEntries(form.map(present).filter(([, actions]) => Object.keys(actions).length));
}

function controls(blocks) {
  return blocks.flatMap((block) => {
    const own = [block.element, block.accessory, ...(block.elements ?? [])].filter((one) => one?.action_id);
    return [
      ...own.map((one) => `${block.block_id} ${one.action_id} ${one.type}`),
      ...controls(block.child_blocks ?? []),
    ];
  });
}
