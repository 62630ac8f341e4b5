// Block Kit: one function per type of block, each from (place, block) to elements.
import { h } from "../lib/dom.js";
import { toWrongField } from "../lib/focus.js";
import { icon } from "../lib/icons.js";
import { change } from "../state.js";
import { chart } from "./charts.js";
import { control, iconButton } from "./controls.js";
import { markdown } from "./markdown.js";
import { fieldId } from "./marks.js";
import { text } from "./mrkdwn.js";
import { rich } from "./rich.js";
import { dataTable, table } from "./tables.js";

const SIGNS = { error: "warning", warning: "warning", success: "check", info: "info", default: "info" };

const TYPES = {
  section,
  header: (place, block) => h("h3.header", null, text(place.state, block.text)),
  context: (place, block) =>
    h(
      "div.context",
      null,
      block.elements.map((one) => contextPart(place, one)),
    ),
  actions: (place, block) =>
    h(
      "div.actions",
      null,
      block.elements.map((one) => control(place, block, one)),
    ),
  context_actions: (place, block) =>
    h(
      "div.actions",
      null,
      block.elements.map((one) => iconButton(place, block, one)),
    ),
  divider: () => h("hr"),
  image: (place, block) => picture(place, block),
  input,
  rich_text: (place, block) => rich(place.state, block),
  table,
  data_table: dataTable,
  data_visualization: (_place, block) => chart(block),
  container,
  alert: (place, block) =>
    h(
      `div.alert.${block.level ?? "default"}`,
      { role: "alert" },
      icon(SIGNS[block.level ?? "default"]),
      h("span", null, text(place.state, block.text)),
    ),
  markdown: (_place, block) => markdown(block.text ?? ""),
  card,
  carousel: (place, block) =>
    h(
      "div.carousel",
      null,
      block.elements.map((one) => card(place, one)),
    ),
  video: (place, block) =>
    h(
      "div.video",
      null,
      text(place.state, block.title),
      picture(place, { image_url: block.thumbnail_url, alt_text: block.alt_text }),
    ),
  plan: (place, block) =>
    h(
      "div.plan",
      null,
      h("b", null, block.title),
      block.tasks.map((one) => task(place, one)),
    ),
  task_card: task,
};

export function blocks(place, list) {
  return (list ?? []).map((block, index) => {
    const shown = TYPES[block.type]?.(place, block) ?? h("p.quiet", null, `(a block of type ${block.type})`);
    return h(
      "div.block",
      { key: block.block_id ?? index, "data-block-id": block.block_id, "data-block-type": block.type },
      shown,
    );
  });
}

function section(place, block) {
  const words = h(
    "div.words",
    null,
    block.text && h("div", null, text(place.state, block.text)),
    block.fields &&
      h(
        "div.fields",
        null,
        block.fields.map((one) => h("div", null, text(place.state, one))),
      ),
  );
  return h(
    "div.section",
    null,
    words,
    block.accessory && h("div.accessory", null, control(place, block, block.accessory)),
  );
}

const contextPart = (place, one) =>
  one.type === "image"
    ? h("img.tiny", { src: one.image_url, alt: one.alt_text ?? "" })
    : h("span", null, text(place.state, one));

function picture(place, block) {
  return h(
    "figure.picture",
    null,
    block.title && h("figcaption", null, text(place.state, block.title)),
    h("img", { src: block.image_url ?? block.slack_file?.url, alt: block.alt_text ?? "", loading: "lazy" }),
  );
}

/** A field with its label, hint and what is wrong with it. Groups (checkboxes, radio buttons) are a fieldset. */
function input(place, block) {
  const group = ["checkboxes", "radio_buttons"].includes(block.element.type);
  const id = fieldId(place, block, block.element);
  const wrong = place.errors[block.block_id];
  const label = [text(place.state, block.label), block.optional && h("span.quiet", null, " (optional)")];
  const error = { key: "error", role: "alert", mounted: toWrongField };
  const about = [
    wrong && h("p.field-error", { ...error, id: `${id}-error` }, icon("warning", 15), wrong),
    block.hint && h("p.hint", { id: `${id}-hint` }, text(place.state, block.hint)),
  ];
  const shown = [
    group ? h("legend", null, label) : h("label", { for: id }, label),
    control(place, block, block.element),
    about,
  ];
  return h(group ? "fieldset.field" : "div.field", { class: wrong && "wrong" }, shown);
}

function container(place, block) {
  const key = `fold ${place.form} ${block.block_id}`;
  const open = !block.is_collapsible || !(place.state.collapsed[key] ?? block.default_collapsed ?? false);
  const title = h(
    "span.title",
    null,
    block.rich_text_title ? rich(place.state, block.rich_text_title) : text(place.state, block.title),
  );
  const under = block.subtitle && h("span.quiet", null, text(place.state, block.subtitle));
  const fold = () =>
    change((s) => {
      s.collapsed[key] = open;
    });
  const head = block.is_collapsible
    ? h(
        "button.fold",
        { type: "button", "aria-expanded": String(open), onclick: fold },
        icon("chevron", 16),
        title,
        under,
      )
    : h("div.fold", null, title, under);
  return h(
    "div.container",
    { class: open && "open" },
    head,
    open && h("div.children", null, blocks(place, block.child_blocks)),
  );
}

function card(place, block) {
  return h(
    "div.card",
    null,
    block.hero_image && h("img.hero", { src: block.hero_image.image_url, alt: block.hero_image.alt_text ?? "" }),
    block.title && h("b", null, text(place.state, block.title)),
    block.subtitle && h("span.quiet", null, text(place.state, block.subtitle)),
    block.body && h("div", null, text(place.state, block.body)),
    block.subtext && h("small.quiet", null, text(place.state, block.subtext)),
    block.actions &&
      h(
        "div.actions",
        null,
        block.actions.map((one) => control(place, block, one)),
      ),
  );
}

function task(place, block) {
  const sign = { complete: "check", error: "warning" }[block.status] ?? "info";
  return h(
    "div.task",
    null,
    h("span", null, icon(sign, 15), " ", block.title),
    block.details && rich(place.state, block.details),
    block.output && rich(place.state, block.output),
  );
}
