// The one state of the page. Only `change` touches it, and each change is followed by one rendering.
import { Recent } from "./lib/recent.js";

const state = {
  me: "U0DEV",
  slack: null, // the last snapshot of the workspace as `me` sees it
  world: null, // the last snapshot of the customer's side
  links: { slack: "opening", world: "opening" },
  side: "workspace", // what a narrow window shows: workspace | world
  channel: null, // the open channel; "app" is this person's conversation with the app
  tab: "messages", // of the app's own conversation: home | messages
  thread: null, // {channel, ts} of the open thread
  begun: 0, // how often the story was begun again
  page: null, // where the customer's browser is
  pane: "board", // under the customer's browser: inbox | board | till
  news: {}, // panes that have changed unseen
  menu: null, // {id} of the one open menu
  confirm: null, // {dialog, go}
  drafts: {}, // composer → text
  choice: 0, // in the list of completions
  quiet: {}, // composer → text whose completions were closed with Escape
  forms: {}, // view or message → block → action → value, as Slack's state.values writes it
  found: {}, // searching select → options offered
  pending: new Set(), // what waits for an answer
  dismissed: new Set(),
  collapsed: {},
  editing: null, // {channel, ts}
  read: {}, // person → channel → ts
  baseline: null, // the newest message when the page was opened
  card: null, // the open card of the board
  focusCard: null, // the card last moved by key
  mail: null,
  writing: false, // the customer writes an e-mail
  inspector: false,
  toast: null,
};

export const recent = { slack: new Recent(), world: new Recent() };

let draw = () => {};
let waiting = false;
let held = false; // while a pointer is down
let owed = false; // a drawing that waits for its release

/** `change(s => { s.thread = null })`: several changes in one go are drawn once. */
export function change(how) {
  how(state);
  if (waiting) return;
  waiting = true;
  queueMicrotask(() => {
    waiting = false;
    if (held) owed = true;
    else draw(state);
  });
}

/** What is pressed is what is meant: nothing moves between the press and the release of a pointer. */
export function hold(on) {
  held = on;
  if (held || !owed) return;
  owed = false;
  draw(state);
}

export function start(drawing) {
  draw = drawing;
  change(() => {});
}

export const now = () => state;
