// Choosing several, and choosing by searching: a field with a list under it.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { step } from "../lib/keys.js";
import { act, toggleMenu } from "../actions.js";
import { change } from "../state.js";
import { floating, focusFirst, onkeydown } from "../menu.js";
import { marks } from "./marks.js";
import { plain } from "./mrkdwn.js";
import { held, nameFor, pick } from "./place.js";

/** Checkboxes in a list that opens; `shape` says whether Slack holds whole options or just ids. */
export function multi(place, block, one, all, shape) {
  const id = `menu ${nameFor(place, block, one)}`;
  const open = place.state.menu?.id === id;
  const values = (held(place, block, one) ?? []).map((entry) => entry.value ?? entry);
  const chosen = all.filter((entry) => values.includes(entry.value));
  const toggle = (entry) => () => {
    const kept = all.filter((other) => (other === entry) !== values.includes(other.value));
    pick(place, block, one, shape === "ids" ? kept.map((other) => other.value) : kept);
  };
  const shown = chosen.length
    ? chosen.map((entry) => h("span.token", { key: entry.value }, plain(entry.text.text)))
    : h("span.quiet", null, one.placeholder?.text ?? "Choose options");
  const items = all.map((entry) =>
    h(
      "label.item",
      { key: entry.value },
      h("input", { type: "checkbox", checked: values.includes(entry.value), onchange: toggle(entry) }),
      plain(entry.text.text),
    ),
  );
  const opener = {
    ...marks(place, block, one),
    type: "button",
    "aria-haspopup": "listbox",
    "aria-expanded": String(open),
    onclick: (event) => toggleMenu(id, event),
  };
  return h(
    "span.menu-holder.wide",
    { key: one.action_id },
    h("button.input.tokens", opener, shown, icon("chevron", 16)),
    open && h("div.menu", { ...floating(focusFirst), onkeydown, onclick: (event) => event.stopPropagation() }, items),
  );
}

/** external_select: what is typed is asked of the app, which offers options. */
export function searching(place, block, one) {
  const key = nameFor(place, block, one);
  const found = place.state.found[key];
  const several = one.type.startsWith("multi");
  const chosen = [held(place, block, one)].flat().filter(Boolean);
  const others = (entry) => chosen.filter((other) => other.value !== entry.value);
  const choose = (entry) => {
    change((s) => {
      delete s.found[key];
    });
    pick(place, block, one, several ? [...others(entry), entry] : entry);
  };
  const drop = (entry) => pick(place, block, one, several ? others(entry) : null);
  const search = h("input.input", {
    ...marks(place, block, one),
    role: "combobox",
    autocomplete: "off",
    "aria-expanded": String(Boolean(found)),
    value: found?.query ?? "",
    placeholder: one.placeholder?.text ?? "Type to search",
    oninput: (event) => ask(place, block, one, event.target.value),
    onfocus: () => one.min_query_length === 0 && ask(place, block, one, ""),
    onkeydown: (event) => onKey(event, key, found, choose),
  });
  return h("div.search", { key: one.action_id }, tokens(chosen, drop), search, found && offered(found, choose));
}

function tokens(chosen, drop) {
  const remove = (entry) => ({ type: "button", "aria-label": `Remove ${entry.text.text}`, onclick: () => drop(entry) });
  const token = (entry) =>
    h("span.token", { key: entry.value }, plain(entry.text.text), h("button", remove(entry), icon("cross", 12)));
  return chosen.length > 0 && h("div.tokens", { key: "tokens" }, chosen.map(token));
}

function offered(found, choose) {
  const items = found.options.map((entry, index) =>
    h(
      "button.item",
      {
        key: entry.value,
        type: "button",
        role: "option",
        "aria-selected": String(index === found.at),
        class: index === found.at && "on",
        onclick: () => choose(entry),
      },
      plain(entry.text.text),
      entry.description && h("small", null, plain(entry.description.text)),
    ),
  );
  return h(
    "div.menu.under",
    { role: "listbox" },
    items.length ? items : h("p.quiet", null, found.asking ? "Searching…" : "Nothing was found."),
  );
}

async function ask(place, block, one, query) {
  const key = nameFor(place, block, one);
  if (query.length < (one.min_query_length ?? 3)) {
    change((s) => {
      s.found[key] = undefined;
    });
    return;
  }
  change((s) => {
    s.found[key] = { query, options: s.found[key]?.options ?? [], at: 0, asking: true };
  });
  const where = place.view ? { where: place.view } : { where: place.ts, channel: place.channel };
  const answer = await act({ do: "suggest", ...where, action_id: one.action_id, query }, { key: `suggest ${key}` });
  change((s) => {
    if (s.found[key]?.query === query) s.found[key] = { query, options: answer.result?.options ?? [], at: 0 };
  });
}

function onKey(event, key, found, choose) {
  if (!found) return;
  const at = step(event, found.at, found.options.length);
  if (at !== null)
    change((s) => {
      s.found[key] = { ...found, at };
    });
  else if (event.key === "Enter" && found.options[found.at]) choose(found.options[found.at]);
  else if (event.key === "Escape")
    change((s) => {
      delete s.found[key];
    });
  else return;
  event.preventDefault();
  event.stopPropagation();
}
