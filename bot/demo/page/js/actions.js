// What people do on this page: each act goes out as one request, and what must be seen at once goes into the state.
import { send } from "./lib/feed.js";
import { change, now } from "./state.js";
import { APP, current, newest, placeOf } from "./select.js";

const TOAST_MS = 6000;

/** One act in Slack by the present person. `key` names what waits meanwhile. The answer is Slack's. */
export async function act(what, { key = what.do, quiet = false } = {}) {
  change((s) => s.pending.add(key));
  const answer = await send("/slack/control/act", { as: now().me, ...what });
  change((s) => s.pending.delete(key));
  if (!answer.ok && answer.response_action !== "errors" && !quiet) say(answer.error);
  return answer;
}

export async function actInWorld(what, key = what.do) {
  change((s) => s.pending.add(key));
  const answer = await send("/world/act", what);
  change((s) => s.pending.delete(key));
  if (!answer.ok) say(answer.error);
  return answer;
}

export function say(text) {
  const toast = { text: text || "That did not work." };
  change((s) => {
    s.toast = toast;
  });
  setTimeout(
    () =>
      change((s) => {
        if (s.toast === toast) s.toast = null;
      }),
    TOAST_MS,
  );
}

export function openChannel(id) {
  change((s) => {
    s.channel = id;
    s.thread = null;
    s.menu = null;
    s.tab = "messages";
    markRead(s);
  });
}

/** The app's Home, which begins the conversation with it. */
export async function openApp() {
  openChannel(APP);
  change((s) => {
    s.tab = "home";
  });
  await act({ do: "open_home" });
}

export function openTab(tab) {
  change((s) => {
    s.tab = tab;
  });
  if (tab === "home") act({ do: "open_home" }, { quiet: true });
}

/** What stands on the screen has been read. */
export function markRead(s) {
  const channel = s.slack && current(s);
  if (channel) (s.read[s.me] ??= {})[channel.id] = newest([channel]);
}

export const openThread = (channel, ts) =>
  change((s) => {
    s.thread = { channel, ts };
    s.menu = null;
  });

const PERMALINK = /^https:\/\/([\w-]+)\.slack\.com\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?.*?thread_ts=([\d.]+))?/;

/** Opens the thread that an address of this workspace leads to. Returns whether it was one. */
export function openMessage(url) {
  const [, domain, id, seconds, rest, thread] = PERMALINK.exec(url) ?? [];
  const { team, channels } = now().slack;
  if (domain !== team.domain) return false;
  const channel = channels.find((one) => one.id === id);
  if (!channel) say("Only who is in that channel can read it.");
  else {
    openChannel(placeOf(channel));
    openThread(channel.id, thread ?? `${seconds}.${rest}`);
  }
  return true;
}

export const closeThread = () =>
  change((s) => {
    s.thread = null;
  });
export const closeMenu = () =>
  change((s) => {
    s.menu = null;
  });

/** Opens a menu; pressed again, it closes. */
export function toggleMenu(id, event) {
  event.stopPropagation();
  change((s) => {
    s.menu = s.menu?.id === id ? null : { id };
  });
}

/** Escape closes what lies on top. Returns whether there was anything. */
export function closeTop() {
  const s = now();
  if (s.confirm)
    change((t) => {
      t.confirm = null;
    });
  else if (s.menu) closeMenu();
  else if (s.editing)
    change((t) => {
      t.editing = null;
    });
  else if (s.slack?.views.length) closeView(s.slack.views.at(-1));
  else if (s.card)
    change((t) => {
      t.card = null;
    });
  else if (s.writing)
    change((t) => {
      t.writing = false;
    });
  else if (s.thread) closeThread();
  else return false;
  return true;
}

export const closeView = (view, all = false) =>
  act({ do: "close_view", view_id: view.id, ...(all && { all_of_them: true }) }, { key: `close ${view.id}` });

/** Asks first where the element says so. */
export function confirmed(dialog, go) {
  if (!dialog) return go();
  return change((s) => {
    s.confirm = { dialog, go };
    s.menu = null;
  });
}
