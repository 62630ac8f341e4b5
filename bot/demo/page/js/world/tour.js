// The guided tour: what is done, what is to be done now. It has no "next": the world itself moves it on.
import { h } from "../lib/dom.js";
import { emojiText } from "../lib/emoji.js";
import { icon } from "../lib/icons.js";
import { actInWorld, confirmed } from "../actions.js";
import { change, recent } from "../state.js";
import { activeStep, asideStep } from "../select.js";

/** Where a step that may be left out is read without a tap: on a phone its text would take the room of two messages. */
const ROOMY = matchMedia("(min-width: 561px)");

const STORIES = [
  ["one", "Minutes"],
  ["two", "67 minutes"],
];

export function tour(state) {
  const told = state.world?.tour;
  return h(
    "header.tour",
    { "data-testid": "tour" },
    brand(),
    told
      ? [stories(state, told), steps(told), tools(state), now(state, told), aside(state)]
      : h("p.now.quiet", null, "Starting…"),
  );
}

const brand = () =>
  h(
    "div.brand",
    null,
    h(
      "svg",
      { viewBox: "0 0 32 32", width: 26, height: 26, "aria-hidden": "true" },
      h("rect", { width: 32, height: 32, rx: 8 }),
      h("path", { d: "M8 17l5.5 5.5L24.5 10.5" }),
    ),
    h("b", null, "Makegood"),
  );

const stories = (state, told) =>
  h(
    "div.stories",
    { role: "group", "aria-label": "Story" },
    STORIES.map(([id, title]) =>
      h(
        "button",
        {
          key: id,
          type: "button",
          "aria-pressed": String(told.story === id),
          "data-testid": `story-${id}`,
          onclick: () => begin({ do: "choose_story", story: id }),
        },
        title,
      ),
    ),
  );

function steps(told) {
  return h(
    "ol.steps",
    { "aria-label": "Steps" },
    told.steps.map((step) =>
      h(
        "li",
        {
          key: step.id,
          class: [step.done && "done", step.active && "active", step.optional && "optional"].filter(Boolean).join(" "),
          title: `${step.title}${step.optional ? " (optional)" : ""}`,
          "data-testid": `step-${step.id}`,
          "data-done": String(step.done),
          "aria-current": step.active ? "step" : null,
        },
        h("span.dot", null, step.done ? icon("check", 12) : null),
        h("span.unseen", null, `${step.title}${step.done ? ": done" : ""}`),
        h("span.step-name", { "aria-hidden": "true" }, step.title),
      ),
    ),
  );
}

function now(state, told) {
  const step = activeStep(state);
  if (!step)
    return h(
      "p.now",
      { role: "status", "data-testid": "now" },
      h("b", null, "That is the whole story."),
      h("span", null, state.world.another ? "A second bug comes by itself: see what the team remembers." : "Start over, or try the other one."),
      state.world.another && another(),
    );
  const at = told.steps.filter((one) => one.done).length;
  return h(
    "p.now",
    { key: step.id, role: "status", "data-testid": "now" },
    h("b", null, step.title),
    " ",
    h("span", null, emojiText(step.text)),
    h("span.count", null, `${at} of ${told.steps.length}`),
  );
}

const another = () =>
  h(
    "button.btn.primary",
    { type: "button", "data-testid": "another", onclick: goOn },
    "Try another",
  );

/** Another customer's browser begins anew; Slack and the board stay as they are. */
async function goOn() {
  const answer = await actInWorld({ do: "another" }, "another");
  if (!answer.ok) return;
  change((s) => {
    s.begun += 1;
    s.page = null;
    s.channel = s.thread = null;
  });
}

function aside(state) {
  const step = asideStep(state);
  return (
    step &&
    h(
      "details.now.aside-step",
      { key: `aside ${step.id}`, "data-testid": "aside-step", open: ROOMY.matches },
      h("summary", null, "Before that, if you like: ", h("b", null, step.title)),
      h("span", null, emojiText(step.text)),
    )
  );
}

const tools = (state) =>
  h(
    "div.tour-tools",
    null,
    h(
      "button",
      { type: "button", onclick: () => begin({ do: "reset" }), title: "Start over", "data-testid": "reset" },
      icon("reload", 15),
      h("span", null, "Start over"),
    ),
    h(
      "button",
      {
        type: "button",
        "aria-pressed": String(state.inspector),
        onclick: () =>
          change((s) => {
            s.inspector = !s.inspector;
          }),
        title: "Every call between the bot and Slack",
        "data-testid": "traffic",
      },
      icon("traffic", 15),
      h("span", null, "Traffic"),
    ),
  );

const ASK = {
  title: { text: "Begin again?" },
  text: { type: "plain_text", text: "The shop, the chat, the board and the till go back to the beginning." },
  confirm: { text: "Begin again" },
  deny: { text: "Cancel" },
};

const begin = (what) => confirmed(ASK, () => beginAgain(what));

/** What was open belongs to the world as it was; the customer's browser begins anew. */
async function beginAgain(what) {
  const answer = await actInWorld(what);
  if (!answer.ok) return;
  recent.world.forget();
  change((s) => {
    s.begun += 1;
    s.channel = s.thread = s.card = s.mail = s.page = s.menu = s.editing = null;
    s.tab = "messages";
    s.writing = false;
    s.drafts = {};
    s.forms = {};
    s.news = {};
  });
}

/** Outlines what is to be pressed now; the hint is a selector, looked for here and in the customer's browser. */
export function pointAt(state) {
  const hint = activeStep(state)?.hint;
  const here = outline(document, hint, (node, on) => node.toggleAttribute("data-hinted", on));
  const inShop = outline(document.querySelector("iframe.shop")?.contentDocument, hint, glow);
  bringUp(here);
  const sides = new Set(here.map((node) => (node.closest(".world") ? "world" : "workspace")));
  if (inShop.length) sides.add("world");
  pointToSide(sides, state.side);
}

/** What is to be pressed may be scrolled out of sight: when it is new, and while new messages push it away. A form is read from its top. */
function bringUp(nodes) {
  const shown = nodes.findLast((node) => node.checkVisibility() && !node.closest('[role="dialog"]'));
  if (shown && (shown !== broughtUp || recent.slack.any())) shown.scrollIntoView({ block: "nearest", inline: "nearest" });
  broughtUp = shown;
}

let broughtUp = null;

/** In a narrow window: what is to be pressed may be on the side that is not shown. */
function pointToSide(sides, shown) {
  for (const tab of document.querySelectorAll("[data-side-tab]")) {
    const other = !sides.has(shown) && sides.has(tab.dataset.sideTab);
    tab.toggleAttribute("data-hinted", other);
  }
}

/** Shows what is pointed at, and no longer what was; returns it. */
function outline(page, hint, show) {
  if (!page) return [];
  const wanted = new Set(hint ? page.querySelectorAll(hint) : []);
  for (const old of pointed.get(page) ?? []) if (!wanted.has(old)) show(old, false);
  for (const node of wanted) show(node, true);
  pointed.set(page, wanted);
  return [...wanted];
}

const pointed = new WeakMap();

/** The shop's page has its own style sheet. */
function glow(node, on) {
  node.style.setProperty("outline", on ? "3px solid #f2952f" : "");
  node.style.setProperty("outline-offset", on ? "-2px" : "");
}
