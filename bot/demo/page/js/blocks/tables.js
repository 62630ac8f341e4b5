// table and data_table blocks.
import { h } from "../lib/dom.js";
import { emojiText } from "../lib/emoji.js";
import { rich } from "./rich.js";
import { change } from "../state.js";

export function table(place, block) {
  const [head, ...rows] = block.rows ?? [];
  return frame(place, block, head, rows);
}

/** Pages like Slack's: `page_size` rows, five unless told otherwise. */
export function dataTable(place, block) {
  const [head, ...rows] = block.rows ?? [];
  const size = block.page_size ?? 5;
  const key = `page ${place.form} ${block.block_id}`;
  const at = Math.min(place.state.collapsed[key] ?? 0, Math.ceil(rows.length / size) - 1);
  const go = (to) => () =>
    change((s) => {
      s.collapsed[key] = to;
    });
  const more =
    rows.length > size &&
    h(
      "div.pages",
      null,
      h("button.small", { type: "button", disabled: at === 0, onclick: go(at - 1) }, "Previous"),
      h("span", null, `${at * size + 1} to ${Math.min(rows.length, (at + 1) * size)} of ${rows.length}`),
      h("button.small", { type: "button", disabled: (at + 1) * size >= rows.length, onclick: go(at + 1) }, "Next"),
    );
  return [frame(place, block, head, rows.slice(at * size, (at + 1) * size)), more];
}

function frame(place, block, head = [], rows) {
  const look = (index) => {
    const column = block.column_settings?.[index] ?? {};
    return [`align-${column.align ?? "left"}`, column.is_wrapped && "wrapped"].filter(Boolean).join(" ");
  };
  const line = (tag, cells) =>
    h(
      "tr",
      null,
      cells.map((cell, index) => h(tag, { class: look(index) }, inside(place, cell))),
    );
  return h(
    "div.table-frame",
    null,
    h(
      "table",
      null,
      block.caption && h("caption", null, block.caption),
      h("thead", null, line("th", head)),
      h(
        "tbody",
        null,
        rows.map((row) => line("td", row)),
      ),
    ),
  );
}

const inside = (place, cell) =>
  cell.type === "rich_text" ? rich(place.state, cell) : emojiText(cell.text ?? String(cell.value ?? ""));
