// Shortcodes and emoji. The ones that carry meaning on a card are drawn, so that they look the same without an emoji font.
import { h } from "./dom.js";

const CODES = {
  bell: "🔔",
  bust_in_silhouette: "👤",
  busts_in_silhouette: "👥",
  card_index: "📇",
  clipboard: "📋",
  computer: "💻",
  fast_forward: "⏩",
  green_heart: "💚",
  grey_question: "❔",
  handshake: "🤝",
  ice_cube: "🧊",
  mute: "🔇",
  octagonal_sign: "🛑",
  page_facing_up: "📄",
  raised_hand: "✋",
  raising_hand: "🙋",
  shushing_face: "🤫",
  stopwatch: "⏱️",
  twisted_rightwards_arrows: "🔀",
  red_circle: "🔴",
  large_orange_circle: "🟠",
  orange_circle: "🟠",
  large_yellow_circle: "🟡",
  large_green_circle: "🟢",
  green_circle: "🟢",
  large_blue_circle: "🔵",
  blue_circle: "🔵",
  white_circle: "⚪",
  black_circle: "⚫",
  large_purple_circle: "🟣",
  white_check_mark: "✅",
  heavy_check_mark: "✔️",
  x: "❌",
  warning: "⚠️",
  rotating_light: "🚨",
  exclamation: "❗",
  question: "❓",
  thumbsup: "👍",
  "+1": "👍",
  thumbsdown: "👎",
  "-1": "👎",
  eyes: "👀",
  tada: "🎉",
  pray: "🙏",
  wave: "👋",
  clap: "👏",
  heart: "❤️",
  fire: "🔥",
  bug: "🐛",
  rocket: "🚀",
  hourglass: "⌛",
  hourglass_flowing_sand: "⏳",
  clock1: "🕐",
  alarm_clock: "⏰",
  lock: "🔒",
  unlock: "🔓",
  key: "🔑",
  gift: "🎁",
  moneybag: "💰",
  euro: "💶",
  credit_card: "💳",
  email: "📧",
  envelope: "✉️",
  incoming_envelope: "📨",
  speech_balloon: "💬",
  memo: "📝",
  pencil2: "✏️",
  mag: "🔍",
  hammer_and_wrench: "🛠️",
  wrench: "🔧",
  link: "🔗",
  pushpin: "📌",
  calendar: "📅",
  chart_with_upwards_trend: "📈",
  bar_chart: "📊",
  package: "📦",
  bulb: "💡",
  smile: "😄",
  slightly_smiling_face: "🙂",
  grinning: "😀",
  joy: "😂",
  cry: "😢",
  thinking_face: "🤔",
  relieved: "😌",
  ok_hand: "👌",
  point_right: "👉",
  raised_hands: "🙌",
  no_entry: "⛔",
  no_entry_sign: "🚫",
  information_source: "ℹ️",
  arrows_counterclockwise: "🔄",
  leftwards_arrow_with_hook: "↩️",
  repeat: "🔁",
  sparkles: "✨",
  zzz: "💤",
  robot_face: "🤖",
};
export const REACTIONS = ["white_check_mark", "eyes", "raised_hands"];

const DOTS = {
  "🔴": "#e01e5a",
  "🟠": "#f2952f",
  "🟡": "#ecc53a",
  "🟢": "#2eb67d",
  "🔵": "#2f7fd6",
  "⚪": "#d5d5d5",
  "⚫": "#333",
  "🟣": "#8e4fc7",
};
const BADGES = {
  "✅": ["#2eb67d", "M6 12.5l4 4 8-9"],
  "✔️": ["#2eb67d", "M6 12.5l4 4 8-9"],
  "❌": ["#e01e5a", "M7 7l10 10M17 7 7 17"],
  "⛔": ["#e01e5a", "M6 12h12"],
  "🚫": ["#e01e5a", "M6 6l12 12"],
  "⚠️": ["#d99a00", "M12 6v8M12 17.5v.01"],
  "🚨": ["#e01e5a", "M12 6v8M12 17.5v.01"],
  "❗": ["#e01e5a", "M12 6v8M12 17.5v.01"],
  "👀": ["#4c7fb8", "M4 12c4-7 12-7 16 0-4 7-12 7-16 0M12 12v.01"],
  "🙌": ["#d99a00", "M7 18V9M7 6v.01M17 18V9M17 6v.01M12 18v-6"],
  "👍": ["#d99a00", "M7 18v-7h3l2-6c2 0 2 2 2 5h4l-1 8z"],
};
const DRAWN = new RegExp([...Object.keys(DOTS), ...Object.keys(BADGES)].join("|"), "u");
const CODE = /:([a-z0-9_+-]+):(?::skin-tone-\d:)?/;

export const character = (name) => CODES[name];

/** Plain text with its shortcodes as characters. */
const withEmoji = (text) => text.replace(new RegExp(CODE, "g"), (whole, name) => CODES[name] ?? whole);

/** The same as children: drawn emoji become small pictures. */
export function emojiText(text) {
  const shown = withEmoji(text);
  const parts = [];
  let rest = shown;
  for (let found = DRAWN.exec(rest); found; found = DRAWN.exec(rest)) {
    parts.push(rest.slice(0, found.index), picture(found[0]));
    rest = rest.slice(found.index + found[0].length).replace(/^\ufe0f/, "");
  }
  return [...parts, rest];
}

export const emoji = (name) => emojiText(CODES[name] ?? `:${name}:`);

/** The drawing for the eye; the character for reading aloud, searching and copying. */
function picture(sign) {
  const dot = DOTS[sign];
  const [fill, path] = BADGES[sign] ?? [dot];
  const round = h("circle", { cx: 12, cy: 12, r: dot ? 10 : 11, fill });
  const drawing = h("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, round, path && h("path", { d: path }));
  return h("span.emoji", null, drawing, h("span.unseen", null, sign));
}
