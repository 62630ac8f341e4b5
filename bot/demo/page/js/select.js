// Questions to the state: which channel is open, what is unread, who somebody is. Pure.

export const person = (state, id) => state.slack.people.find((one) => one.id === id);
export const channelNamed = (state, id) => state.slack.channels.find((one) => one.id === id);
export const APP = "app"; // the conversation with the app, whoever one is and whether or not it has begun
export const current = (state) =>
  (state.channel === APP ? appChannel(state) : channelNamed(state, state.channel)) ?? firstChannel(state);
export const placeOf = (channel) => (channel.is_im ? APP : channel.id);
const isRoot = (message) => !message.thread_ts || message.thread_ts === message.ts;
export const inChannel = (message) => isRoot(message) || message.subtype === "thread_broadcast";

const appChannel = (state) => state.slack.channels.find((one) => one.is_im);
const firstChannel = (state) => state.slack.channels.find((one) => !one.is_im) ?? state.slack.channels[0];

/** The name that <@U…> stands for. */
export function nameOf(state, id) {
  if (id === state.slack.app.user_id) return state.slack.app.name;
  return person(state, id)?.name ?? id;
}

export function channelTitle(state, channel) {
  return channel.is_im ? state.slack.app.name : channel.name;
}

export const replies = (channel, ts) => channel.messages.filter((one) => one.thread_ts === ts && one.ts !== ts);
export const message = (channel, ts) => channel?.messages.find((one) => one.ts === ts);

/** What only this person sees, here: ephemeral messages and Slackbot's notices. */
export function ephemerals(state, channel, thread) {
  return state.slack.ephemerals.filter(
    (one) => one.channel === channel.id && (one.thread_ts ?? null) === thread && !state.dismissed.has(one.ts),
  );
}

export function notices(state, channel) {
  return state.slack.notices.filter(
    (one) => (one.channel ?? current(state).id) === channel.id && !state.dismissed.has(`notice ${one.at}`),
  );
}

/** How many messages of others have arrived in a channel since this person last saw it. */
export function unread(state, channel) {
  const seen = state.read[state.me]?.[channel.id] ?? state.baseline ?? "0";
  return channel.messages.filter((one) => one.ts > seen && one.user !== state.me && inChannel(one)).length;
}

export const newest = (channels) =>
  channels.flatMap((one) => one.messages.map((said) => said.ts)).reduce((most, ts) => (ts > most ? ts : most), "0");

const NOTIFIED_SECONDS = 30;

/** Whether Slack would light up this person's phone: the app's own words to them, whatever is new in a channel, a thread's line that calls them. */
const notifies = (state, channel, one) =>
  one.is_app &&
  one.notified &&
  (channel.is_im || inChannel(one) || one.notified.includes(`<@${state.me}>`) || /<!(here|channel)/.test(one.notified));

/** The last thing that the phone shows, for as long as a phone does; what was only changed is none. */
export function lockScreen(state) {
  const since = Date.now() / 1000 - NOTIFIED_SECONDS;
  const said = state.slack.channels.flatMap((channel) =>
    channel.messages
      .filter((one) => Number(one.ts) > since && notifies(state, channel, one))
      .map((one) => ({ channel, message: one })),
  );
  return said.reduce((last, one) => (!last || one.message.ts > last.message.ts ? one : last), null);
}

/** Seconds until the phone is dark again; null: it is. */
export function darkIn(state) {
  const last = lockScreen(state);
  return last && Number(last.message.ts) + NOTIFIED_SECONDS - Date.now() / 1000;
}

export const activeStep = (state) => state.world?.tour?.steps.find((step) => step.active);

/** What may be left out, but comes before the step to take now. */
export function asideStep(state) {
  const steps = state.world?.tour?.steps ?? [];
  const at = steps.findIndex((step) => step.active);
  const since = steps.slice(0, Math.max(at, 0)).findLastIndex((step) => !step.optional) + 1;
  return steps.slice(since, Math.max(at, 0)).find((step) => step.optional && !step.done);
}
