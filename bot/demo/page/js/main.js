// The page: two feeds of snapshots in, one state, one rendering out.
import { h, render } from "./lib/dom.js";
import { noteFocus, restoreFocus } from "./lib/focus.js";
import { icon } from "./lib/icons.js";
import { follow } from "./lib/feed.js";
import { closeTop, markRead } from "./actions.js";
import { forgetFields } from "./blocks/place.js";
import { inspector } from "./inspector.js";
import { placeMenu } from "./menu.js";
import { channelNamed, darkIn, newest } from "./select.js";
import { confirmation } from "./slack/modal.js";
import { workspace } from "./slack/workspace.js";
import { change, hold, recent, start } from "./state.js";
import { tabs } from "./tabs.js";
import { openCard } from "./world/board.js";
import { pointAt, tour } from "./world/tour.js";
import { looks, world } from "./world/world.js";

const REMEMBERED = "makegood demo: act as";
const WRITING = '[data-testid="composer"]';
const redraw = () => change(() => {});
const root = document.getElementById("app");
let stopFollowing = () => {};

function page(state) {
  noteFocus();
  render(root, [
    tour(state),
    sides(state),
    h("div.halves", { "data-side": state.side, inert: over(state) }, workspace(state, actAs), world(state)),
    inspector(state),
    openCard(state),
    confirmation(state),
    state.toast &&
      h("div.toast", { key: "toast", role: "alert", "data-testid": "toast" }, icon("warning", 16), state.toast.text),
  ]);
  pointAt(state);
  restoreFocus(WRITING);
  goDark(state);
}

/** Nothing stays on the lock screen for ever. */
function goDark(state) {
  const seconds = state.slack && darkIn(state);
  clearTimeout(dark);
  if (seconds) dark = setTimeout(redraw, seconds * 1000 + 50);
}

let dark = null;

/** A question or an open card lies over the whole page. */
const over = (state) => Boolean(state.confirm || state.card);

/** In a narrow window one side at a time. */
function sides(state) {
  const side = (id, title) => ({ id, title, "data-side-tab": id });
  const choose = (id) =>
    change((s) => {
      s.side = id;
    });
  const all = [side("workspace", "Slack"), side("world", "The customer")];
  return tabs({ label: "Side", look: "sides", all, chosen: state.side, choose });
}

/** From the next snapshot on, everything is seen and done by this person. */
function actAs(id) {
  stopFollowing();
  sessionStorage.setItem(REMEMBERED, id);
  stopFollowing = follow(`/slack/control/ws?as=${encodeURIComponent(id)}`, seeSlack, (link) =>
    change((s) => {
      s.links.slack = link;
    }),
  );
}

function seeSlack(snapshot) {
  change((s) => {
    if (s.me !== snapshot.me.id) recent.slack.forget();
    s.me = snapshot.me.id;
    s.slack = snapshot;
    forgetFields(s, snapshot.views);
    s.baseline ??= newest(snapshot.channels);
    if (s.thread && !channelNamed(s, s.thread.channel)) s.thread = null;
    recent.slack.note(messageLooks(snapshot), redraw);
    markRead(s);
  });
}

const messageLooks = (snapshot) =>
  snapshot.channels.flatMap((channel) =>
    channel.messages.map((one) => [`${channel.id}/${one.ts}`, JSON.stringify([one.text, one.blocks, one.attachments])]),
  );

function seeWorld(snapshot) {
  change((s) => {
    if (s.world && s.world.tour?.story !== snapshot.tour?.story) recent.world.forget();
    s.world = snapshot;
    recent.world.note(looks(snapshot), redraw);
    for (const [pane, prefix] of [
      ["inbox", "mail "],
      ["board", "card "],
      ["till", "till "],
    ]) {
      if (recent.world.begins(prefix) && s.pane !== pane) s.news[pane] = true;
    }
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && closeTop()) event.preventDefault();
});

document.addEventListener("pointerdown", () => hold(true), true);
for (const end of ["pointerup", "pointercancel", "dragend"]) {
  document.addEventListener(end, () => setTimeout(() => hold(false)), true); // after the click that it makes
}
document.addEventListener("click", () => hold(false)); // what is typed next meets what the click made
window.addEventListener("blur", () => hold(false));

document.addEventListener("scroll", placeMenu, true);
window.addEventListener("resize", redraw); // whoever reads the newest goes on seeing it

start(page);
actAs(sessionStorage.getItem(REMEMBERED) ?? "U0DEV");
follow("/world/ws", seeWorld, (link) =>
  change((s) => {
    s.links.world = link;
  }),
);
