// Slack's mrkdwn, read into elements: *bold* _italic_ ~struck~ `code` ```block``` > quote, <links>, <@people>, <#channels>, <!dates>.
import { h } from "../lib/dom.js";
import { emojiText } from "../lib/emoji.js";
import { dateToken } from "../lib/format.js";
import { channelNamed, nameOf } from "../select.js";
import { openChannel, openMessage } from "../actions.js";

const STYLES = { "*": "b", _: "i", "~": "s" };
const SAFE = /^(https?:|mailto:)/i;

const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** A text object, or a bare string, as children. */
export function text(state, value) {
  if (value == null) return [];
  if (typeof value === "string") return mrkdwn(state, value);
  return value.type === "plain_text" ? plain(value.text) : mrkdwn(state, value.text);
}

/** Text that means nothing but itself, apart from emoji; lines stay lines. */
export const plain = (value) => lines(value ?? "", (line) => emojiText(line));

export function mrkdwn(state, source) {
  const parts = (source ?? "").split(/```\n?([\s\S]*?)\n?```/);
  return parts.map((part, index) => {
    if (index % 2)
      return h(
        "pre.code",
        null,
        unescape(part).replace(/<(\S+?)(?:\|([^>]*))?>/g, (_, link, name) => name ?? link),
      );
    return quotes(state, index ? part.replace(/^\n/, "") : part);
  });
}

function quotes(state, source) {
  const shown = [];
  let quoted = [];
  let loose = [];
  const flush = () => {
    if (quoted.length)
      shown.push(
        h(
          "blockquote",
          null,
          lines(quoted.join("\n"), (line) => spans(state, line)),
        ),
      );
    if (loose.length) shown.push(lines(loose.join("\n"), (line) => spans(state, line)));
    [quoted, loose] = [[], []];
  };
  for (const line of source.split("\n")) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quote ? loose.length : quoted.length) flush();
    (quote ? quoted : loose).push(quote ? quote[1] : line);
  }
  flush();
  return shown;
}

function lines(value, each) {
  return value.split("\n").map((line, index) => [index > 0 && h("br"), each(line)]);
}

const PIECE = /<([^<>\n]+)>|`([^`\n]+)`|(?<![\w*_~])([*_~])(?=\S)([^\n]*?\S)\3(?![\w])/;

function spans(state, source) {
  const shown = [];
  let rest = source;
  for (let found = PIECE.exec(rest); found; found = PIECE.exec(rest)) {
    shown.push(emojiText(unescape(rest.slice(0, found.index))), piece(state, found));
    rest = rest.slice(found.index + found[0].length);
  }
  return [...shown, emojiText(unescape(rest))];
}

function piece(state, [, token, code, mark, inside]) {
  if (token) return special(state, token);
  if (code) return h("code", null, unescape(code));
  return h(STYLES[mark], null, spans(state, inside));
}

function special(state, token) {
  const [target, label] = token.split(/\|(.*)/s);
  if (target[0] === "@") return mention(state, target.slice(1), label);
  if (target[0] === "#") return channelLink(state, target.slice(1), label);
  if (target[0] === "!") return command(target.slice(1), label);
  return link(unescape(target), label === undefined ? undefined : unescape(label));
}

export function mention(state, id, label) {
  const mine = id === state.me;
  return h(
    "span.mention",
    { class: mine && "of-me" },
    `@${nameOf(state, id) === id && label ? label : nameOf(state, id)}`,
  );
}

export function channelLink(state, id, label) {
  const name = `#${channelNamed(state, id)?.name ?? label ?? id}`;
  return h("button.mention.as-link", { type: "button", onclick: () => openChannel(id) }, name);
}

function command(target, label) {
  const [word, seconds, format] = target.split("^");
  if (word === "date") return h("span", { title: label }, dateToken(Number(seconds), format ?? label ?? ""));
  if (word === "subteam") return h("span.mention", null, label ?? "@group");
  return h("span.mention.of-me", null, `@${label ?? word}`);
}

/** Only the web and mail may be followed; anything else is just its text. */
export function link(url, label) {
  const shown = emojiText(label || url.replace(/^mailto:/, ""));
  if (!SAFE.test(url)) return h("span", null, shown);
  const outside = { href: url, target: "_blank", rel: "noopener noreferrer", title: url };
  return h("a", { ...outside, onclick: (event) => openMessage(url) && event.preventDefault() }, shown);
}

/** What a phone would show: no marks, no links, names for mentions. */
export function phoneText(state, source) {
  const named = (source ?? "").replace(/<([^<>\n]+)>/g, (_, token) => spoken(state, token));
  return unescape(named.replace(/(?<![\w*_~])([*_~])(?=\S)([^\n]*?\S)\1(?!\w)/g, "$2").replace(/`+/g, ""));
}

function spoken(state, token) {
  const [target, label] = token.split(/\|(.*)/s);
  if (target[0] === "@") return `@${nameOf(state, target.slice(1))}`;
  if (target[0] === "#") return `#${channelNamed(state, target.slice(1))?.name ?? label ?? ""}`;
  if (target.startsWith("!date")) return label ?? "";
  return label ?? target.replace(/^!/, "@").replace(/^mailto:/, "");
}

/** What somebody typed, from what Slack made of it: for editing. */
export const retyped = (source) =>
  unescape((source ?? "").replace(/<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>/g, (_, url, label) => label ?? url));
