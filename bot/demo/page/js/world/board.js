// The board: cards in lists; a card is moved by dragging it, by its menu, or with the arrow keys.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { shortDate, ofAny } from "../lib/format.js";
import { actInWorld } from "../actions.js";
import { menuButton, menuItem } from "../menu.js";
import { change, recent } from "../state.js";
import { panelOf } from "../tabs.js";
import { markdown } from "../blocks/markdown.js";

const DRAG = "text/x-card";

export function board(state) {
  const { lists = [] } = state.world.board ?? {};
  return h(
    "div.board",
    { ...panelOf("board"), "data-testid": "board" },
    lists.length
      ? lists.map((list, index) => column(state, list, lists, index))
      : h("p.empty", null, "The board is empty. Its lists appear with the first bug."),
  );
}

function column(state, list, lists, index) {
  const ondrop = (event) => {
    event.preventDefault();
    move(event.dataTransfer.getData(DRAG), list.name);
  };
  return h(
    "section.list",
    {
      key: list.id,
      "aria-label": list.name,
      "data-list": list.name,
      ondragover: (event) => event.preventDefault(),
      ondrop,
    },
    h("h3", null, list.name, h("span.quiet", null, String(list.cards.length))),
    h(
      "ul",
      null,
      list.cards.map((card) => entry(state, card, lists, index)),
    ),
  );
}

const move = (card, list) => card && actInWorld({ do: "board_move", card, list }, `move ${card}`);

function entry(state, card, lists, at) {
  const show = () =>
    change((s) => {
      s.card = card.id;
    });
  const tile = {
    key: card.id,
    class: recent.world.has(`card ${card.id}`) && "fresh",
    "data-card": card.id,
    "data-testid": "board-card",
    "aria-label": `${card.name}, in ${lists[at].name}. Arrow keys move it, Enter opens it.`,
    tabindex: 0,
    draggable: "true",
    ondragstart: (event) => event.dataTransfer.setData(DRAG, card.id),
    onkeydown: (event) => onKey(event, card, lists, at, show),
    onclick: show,
    mounted: (node) => state.focusCard === card.id && node.focus(),
  };
  return h("li.board-card", tile, labels(card), h("b", null, card.name), about(card), mover(state, card, lists, at));
}

const labels = (card) =>
  h(
    "div.labels",
    null,
    (card.labels ?? []).map((label) => h("span", { key: label }, label)),
  );

const about = (card) =>
  h(
    "div.about",
    null,
    card.due && h("span", null, `due ${shortDate(ofAny(card.due))}`),
    card.comments?.length > 0 && h("span", null, icon("reply", 13), String(card.comments.length)),
  );

function mover(state, card, lists, at) {
  const to = (list) => menuItem(`Move to ${list.name}`, () => move(card.id, list.name), { key: list.id });
  const items = () => lists.filter((_, index) => index !== at).map(to);
  const button = menuButton(state, {
    id: `card ${card.id}`,
    label: `Move ${card.name}`,
    look: "move",
    size: 16,
    items,
  });
  return h("div.mover", { onclick: (event) => event.stopPropagation() }, button);
}

/** Left and right move the card to the next list; the focus goes with it. */
function onKey(event, card, lists, at, show) {
  if (event.target !== event.currentTarget) return;
  const to = lists[at + ({ ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0)];
  if (event.key === "Enter") show();
  else if (to && to !== lists[at]) {
    change((s) => {
      s.focusCard = card.id;
    });
    move(card.id, to.name);
  } else return;
  event.preventDefault();
}

/** A card opened over the page: its text, its comments, a comment of one's own. */
export function openCard(state) {
  const cards =
    state.world?.board?.lists?.flatMap((list) => list.cards.map((card) => ({ ...card, list: list.name }))) ?? [];
  const card = cards.find((one) => one.id === state.card);
  if (!card) return null;
  const close = () =>
    change((s) => {
      s.card = null;
    });
  return h(
    "div.veil.page-veil",
    { key: `card ${card.id}`, onclick: (event) => event.target === event.currentTarget && close() },
    h(
      "div.modal.card-open",
      {
        role: "dialog",
        "aria-modal": "true",
        "aria-label": card.name,
        "data-testid": "card-open",
        tabindex: -1,
        mounted: (node) => node.focus(),
      },
      h(
        "header",
        null,
        h("h2", null, card.name),
        h("button.close", { type: "button", "aria-label": "Close", onclick: close }, icon("cross")),
      ),
      h(
        "div.modal-body",
        null,
        h("p.quiet", null, `in ${card.list}`),
        markdown(card.desc || "No description."),
        h("h3.header", null, "Comments"),
        (card.comments ?? []).map((one, index) => h("p.comment", { key: index }, h("b", null, one.by), " ", one.text)),
        comment(state, card),
      ),
    ),
  );
}

function comment(state, card) {
  const key = `comment ${card.id}`;
  const send = async (event) => {
    event.preventDefault();
    const answer = await actInWorld({ do: "board_comment", card: card.id, text: state.drafts[key] });
    if (answer.ok)
      change((s) => {
        s.drafts[key] = "";
      });
  };
  return h(
    "form.comment-form",
    { onsubmit: send },
    h("input.input", {
      type: "text",
      "aria-label": "Write a comment",
      placeholder: "Write a comment…",
      value: state.drafts[key] ?? "",
      oninput: (event) =>
        change((s) => {
          s.drafts[key] = event.target.value;
        }),
    }),
    h("button.btn", { type: "submit", disabled: !state.drafts[key]?.trim() }, "Comment"),
  );
}
