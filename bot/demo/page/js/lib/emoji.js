// Shortcodes and emoji, and how they are shown.
import { h } from "./dom.js";
import { withDrawings } from "./drawings.js";

const CODES = {
  bell: "🔔",
  bust_in_silhouette: "👤",
  busts_in_silhouette: "👥",
  card_index: "📇",
  clipboard: "📋",
  computer: "💻",
  fast_forward: "⏩",
  gear: "⚙️",
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
export const REACTIONS = ["white_check_mark", "eyes", "raised_hands", "pushpin"];

const CODE = /:([a-z0-9_+-]+):(?::skin-tone-\d:)?/;

export const character = (name) => CODES[name];

/** Plain text with its shortcodes as characters. */
export const withEmoji = (text) => text.replace(new RegExp(CODE, "g"), (whole, name) => CODES[name] ?? whole);

/** The same as children: drawn emoji become small pictures. */
export const emojiText = (text) =>
  withDrawings(withEmoji(text)).map((part) => (typeof part === "string" ? part : picture(part)));

export const emoji = (name) => emojiText(CODES[name] ?? `:${name}:`);

/** The drawing for the eye; the character for reading aloud, searching and copying. */
function picture({ sign, fill, path }) {
  const round = h("circle", { cx: 12, cy: 12, r: path ? 11 : 10, fill });
  const drawing = h("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, round, path && h("path", { d: path }));
  return h("span.emoji", null, drawing, h("span.unseen", null, sign));
}
