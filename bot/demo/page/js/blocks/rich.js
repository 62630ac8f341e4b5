// rich_text blocks: sections, lists, quotes, preformatted text, and what stands in them.
import { h } from "../lib/dom.js";
import { character, emoji, emojiText } from "../lib/emoji.js";
import { dateToken } from "../lib/format.js";
import { channelLink, link, mention } from "./mrkdwn.js";

const PARTS = {
  rich_text_section: (state, part) => h("p", null, inline(state, part)),
  rich_text_quote: (state, part) => h("blockquote", null, inline(state, part)),
  rich_text_preformatted: (_state, part) =>
    h(
      "pre.code",
      null,
      part.elements.map((one) => one.text ?? one.url ?? ""),
    ),
  rich_text_list: (state, part) => list(state, part),
};

export const rich = (state, block) =>
  h(
    "div.rich",
    null,
    (block.elements ?? []).map((part) => PARTS[part.type]?.(state, part)),
  );

/** Lists with an indent follow each other as siblings, as Slack sends them. */
function list(state, part) {
  const tag = part.style === "ordered" ? "ol" : "ul";
  const start = tag === "ol" ? (part.offset ?? 0) + 1 : null;
  const items = part.elements.map((one) => h("li", null, inline(state, one)));
  return h(tag, { class: `indent-${part.indent ?? 0}`, start }, items);
}

const inline = (state, part) => (part.elements ?? []).map((one) => styled(one.style, element(state, one)));

function element(state, one) {
  switch (one.type) {
    case "text":
      return one.text.split("\n").map((line, index) => [index > 0 && h("br"), emojiText(line)]);
    case "link":
      return link(one.url, one.text);
    case "emoji":
      return character(one.name) ? emoji(one.name) : unicode(one);
    case "user":
      return mention(state, one.user_id);
    case "channel":
      return channelLink(state, one.channel_id);
    case "usergroup":
      return h("span.mention", null, `@${one.usergroup_id}`);
    case "broadcast":
      return h("span.mention.of-me", null, `@${one.range}`);
    case "date":
      return dateToken(one.timestamp, one.format ?? one.fallback ?? "");
    case "color":
      return h("code", null, h("span.swatch", { style: { background: one.value } }), one.value);
    default:
      return one.text ?? one.fallback ?? "";
  }
}

function unicode(one) {
  const points = (one.unicode ?? "").split("-").map((code) => Number.parseInt(code, 16));
  return points.every((point) => point >= 0 && point <= 0x10ffff)
    ? emojiText(String.fromCodePoint(...points))
    : `:${one.name}:`;
}

function styled(style = {}, shown) {
  const tags = [
    ["code", "code"],
    ["bold", "b"],
    ["italic", "i"],
    ["strike", "s"],
    ["underline", "u"],
  ];
  return tags.reduce((inside, [key, tag]) => (style[key] ? h(tag, null, inside) : inside), shown);
}
