// markdown blocks: the common part of Markdown (headings, lists, quotes, code, tables as text, **bold**, *italic*, links).
import { h } from "../lib/dom.js";
import { emojiText } from "../lib/emoji.js";
import { link } from "./mrkdwn.js";

const RULES = [
  { kind: "heading", at: /^(#{1,6})\s+(.*)$/ },
  { kind: "ul", at: /^\s*[-*+]\s+()(.*)$/ },
  { kind: "ol", at: /^\s*\d+[.)]\s+()(.*)$/ },
  { kind: "quote", at: /^>\s?()(.*)$/ },
];

export function markdown(source) {
  const parts = source.split(/^```\w*\n([\s\S]*?)\n?```$/m);
  return h(
    "div.rich",
    null,
    parts.map((part, index) => (index % 2 ? h("pre.code", null, part) : prose(part))),
  );
}

function prose(source) {
  const groups = [];
  for (const line of source.split("\n")) {
    const read = readLine(line);
    const last = groups.at(-1);
    if (last && last.kind === read.kind && read.kind !== "heading") last.lines.push(read.text);
    else groups.push({ ...read, lines: [read.text] });
  }
  return groups.map(group);
}

function readLine(line) {
  for (const { kind, at } of RULES) {
    const found = at.exec(line);
    if (found) return { kind, text: found[2], level: found[1].length };
  }
  return { kind: line.trim() ? "text" : "gap", text: line };
}

function group({ kind, lines, level }) {
  if (kind === "gap") return null;
  if (kind === "heading") return h(`h${Math.min(6, level + 2)}`, null, spans(lines[0]));
  if (kind === "ul" || kind === "ol")
    return h(
      kind,
      null,
      lines.map((line) => h("li", null, spans(line))),
    );
  return h(
    kind === "quote" ? "blockquote" : "p",
    null,
    lines.map((line, index) => [index > 0 && h("br"), spans(line)]),
  );
}

const PIECE = /`([^`]+)`|\[([^\]]*)\]\(([^)\s]+)\)|\*\*(.+?)\*\*|~~(.+?)~~|(?<!\w)[*_](?=\S)(.+?\S|\S)[*_](?!\w)/;

function spans(source) {
  const shown = [];
  let rest = source;
  for (let found = PIECE.exec(rest); found; found = PIECE.exec(rest)) {
    shown.push(emojiText(rest.slice(0, found.index)), piece(found));
    rest = rest.slice(found.index + found[0].length);
  }
  return [...shown, emojiText(rest)];
}

function piece([, code, label, url, bold, struck, slanted]) {
  if (code) return h("code", null, code);
  if (url) return link(url, label);
  if (bold) return h("b", null, spans(bold));
  return struck ? h("s", null, spans(struck)) : h("i", null, spans(slanted));
}
