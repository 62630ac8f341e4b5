// Attachments (the old kind with a colour bar and fields, or with blocks inside) and files.
import { h } from "../lib/dom.js";
import { bytes } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { blocks } from "../blocks/blocks.js";
import { link, mrkdwn, plain } from "../blocks/mrkdwn.js";

const NAMED = { good: "#2eb67d", warning: "#d99a00", danger: "#e01e5a" };
const COLOUR = /^#?[0-9a-f]{3,8}$/i;

export function attachments(place, list) {
  return (list ?? []).map((one, index) =>
    h(
      "div.attachment",
      { key: `attachment ${index}` },
      one.pretext && h("div", null, mrkdwn(place.state, one.pretext)),
      h(
        "div.bar",
        { style: { "border-left-color": colour(one.color) } },
        one.blocks ? blocks(place, one.blocks) : old(place.state, one),
      ),
    ),
  );
}

function colour(given) {
  if (NAMED[given]) return NAMED[given];
  return COLOUR.test(given ?? "") ? `#${given.replace("#", "")}` : "var(--line)";
}

function old(state, one) {
  const title = one.title && (one.title_link ? link(one.title_link, one.title) : plain(one.title));
  const said = one.text ?? (one.fields || title ? "" : one.fallback);
  return [
    one.author_name && h("small", null, plain(one.author_name)),
    title && h("b.attachment-title", null, title),
    said && h("div", null, mrkdwn(state, said)),
    one.fields &&
      h(
        "div.fields",
        null,
        one.fields.map((field) =>
          h(
            "div",
            { class: field.short ? "" : "long" },
            h("b", null, plain(field.title ?? "")),
            h("div", null, mrkdwn(state, String(field.value ?? ""))),
          ),
        ),
      ),
    one.image_url && h("img", { src: one.image_url, alt: one.fallback ?? "" }),
    one.footer && h("small.quiet", null, plain(one.footer)),
  ];
}

export function files(state, list) {
  return (list ?? []).map((one) => {
    const kept = state.slack.files?.[one.id] ?? one;
    const head = h(
      "div.file-head",
      null,
      icon("file"),
      download(kept),
      h("span.quiet", null, bytes(kept.size ?? 0)),
    );
    return h("div.file", { key: one.id, "data-testid": "file" }, head, preview(kept));
  });
}

/** Slack shows a page as its source, too: who wants to read it downloads it. */
function download(file) {
  if (!file.content) return h("b", null, file.name);
  const title = `Download ${file.name}`;
  return h("button.as-link", { type: "button", title, onclick: () => keep(file) }, h("b", null, file.name));
}

function keep(file) {
  const bytes = file.encoding === "base64" ? Uint8Array.from(atob(file.content), (x) => x.charCodeAt(0)) : file.content;
  const href = URL.createObjectURL(new Blob([bytes]));
  Object.assign(document.createElement("a"), { href, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

function preview(file) {
  if (!file.content) return null;
  if (file.encoding !== "base64") return h("pre.code", null, file.content.slice(0, 4000));
  return /\.png$/i.test(file.name) && h("img", { src: `data:image/png;base64,${file.content}`, alt: file.name });
}
