// The signs that the bot writes, drawn, so that they look the same on a machine without an emoji font.

const RED = "#e01e5a";
const AMBER = "#b97800";
const GREEN = "#1f8f5f";
const BLUE = "#3a6ea8";
const GREY = "#6b6870";
const VIOLET = "#8e4fc7";

const TICK = "M6 12.5l4 4 8-9";
const ALARM = "M12 6v8M12 17.5v.01";
const SHEET = "M8 6h8v12H8zM10.7 10h2.6M10.7 14h2.6";
const CLOCK = "M12 6.5V12l3.5 2.5";
const LETTER = "M6 8h12v9H6zM6.5 8.5l5.5 4.5 5.5-4.5";
const HEART = "M12 17.5l-5-5.2a3 3 0 0 1 5-3.4 3 3 0 0 1 5 3.4z";
const PERSON = "M12 6.5a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2M6.8 18c.4-5 10-5 10.4 0";
const HAND = "M8 12V8M10.7 11V6.5M13.3 11V6.5M16 12V8M8 11.5c0 8 8 8 8 0";
const TOOL = "M7 17l6-6M16.5 7.2a3.3 3.3 0 1 0 .6 4.3";
const TURN = "M6 9.5h11l-3-3M18 14.5H7l3 3";

/** sign → [fill, path]: a disc, and white lines on it. */
const DRAWINGS = {
  "🔴": [RED],
  "🟠": ["#f2952f"],
  "🟡": ["#ecc53a"],
  "🟢": ["#2eb67d"],
  "🔵": ["#2f7fd6"],
  "⚪": ["#d5d5d5"],
  "⚫": ["#333"],
  "🟣": [VIOLET],
  "✅": [GREEN, TICK],
  "✔": [GREEN, TICK],
  "👌": [GREEN, TICK],
  "❌": [RED, "M7 7l10 10M17 7 7 17"],
  "⛔": [RED, "M6 12h12"],
  "🚫": [RED, "M6 6l12 12"],
  "🛑": [RED, "M9 9h6v6H9z"],
  "⚠": [AMBER, ALARM],
  "🚨": [RED, ALARM],
  "❗": [RED, ALARM],
  "👀": [BLUE, "M4 12c4-7 12-7 16 0-4 7-12 7-16 0M12 12v.01"],
  "🙌": [AMBER, "M7 18V9M7 6v.01M17 18V9M17 6v.01M12 18v-6"],
  "👍": [AMBER, "M7 18v-7h3l2-6c2 0 2 2 2 5h4l-1 8z"],
  "🙏": [AMBER, "M12 6v11M12 6l-4.5 7v4M12 6l4.5 7v4"],
  "✋": [AMBER, HAND],
  "👋": [AMBER, HAND],
  "🙋": [AMBER, `${PERSON}M18 10V5.5`],
  "👤": [GREY, PERSON],
  "👥": [GREY, PERSON],
  "🤝": [AMBER, "M4.5 11l4-3 3.5 2.5L15.5 8l4 3M8 13.5l3.5 3.5 5-5"],
  "👉": [AMBER, "M6 12h11M13 8l4 4-4 4"],
  "🤫": [GREY, "M8 9.5v.01M16 9.5v.01M12 12v6"],
  "📇": [BLUE, SHEET],
  "📋": [BLUE, SHEET],
  "📄": [BLUE, SHEET],
  "📝": [BLUE, SHEET],
  "💻": [BLUE, "M7.5 7h9v6.5h-9zM5.5 17h13"],
  "🔧": [GREY, TOOL],
  "🛠": [GREY, TOOL],
  "🔍": [BLUE, "M10.8 6.3a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M14.2 14.2 18 18"],
  "💬": [BLUE, "M6 7h12v8h-6l-4 3v-3H6z"],
  "📨": [BLUE, LETTER],
  "📧": [BLUE, LETTER],
  "✉": [BLUE, LETTER],
  "🎉": [VIOLET, "M7 17l2.5-7 4.5 4.5zM15 6v2M18 9h-2M17 13l1.5 1"],
  "🎁": [VIOLET, "M7.5 11h9v7h-9zM6 8h12v3H6zM12 8v10"],
  "💚": [GREEN, HEART],
  "❤": [RED, HEART],
  "🔥": [RED, "M12 6c3 3 5 5 5 8a5 5 0 0 1-10 0c0-2 1-3 2-4 .5 1 1 1.5 1.5 1.5C11 10 11 8 12 6"],
  "🔔": [AMBER, "M7 15.5h10l-1.6-2.2v-3a3.4 3.4 0 0 0-6.8 0v3zM12 18.5v.01"],
  "⏰": [RED, CLOCK],
  "⏱": [GREY, CLOCK],
  "⌛": [AMBER, CLOCK],
  "⏳": [AMBER, CLOCK],
  "💤": [GREY, "M8 7.5h8l-8 9h8"],
  "🔇": [GREY, "M6.5 10h3l4-3.2v10.4l-4-3.2h-3zM16.5 10l2.5 4M19 10l-2.5 4"],
  "🧊": [BLUE, "M12 6v12M6.8 9l10.4 6M17.2 9 6.8 15"],
  "❔": [GREY, "M9.3 9.3a2.7 2.7 0 1 1 4 2.4c-.9.5-1.3 1-1.3 2M12 17.5v.01"],
  "ℹ": [BLUE, "M12 11v6.5M12 7v.01"],
  "↩": [BLUE, "M10 7 6 11l4 4M6 11h8.5a3 3 0 0 1 3 3v3.5"],
  "⏩": [BLUE, "M6.5 8l4 4-4 4M12.5 8l4 4-4 4"],
  "🔀": [BLUE, TURN],
  "🔁": [BLUE, TURN],
  "🔄": [BLUE, TURN],
};

/** A sign may be followed by U+FE0F, which asks for its picture. */
const DRAWN = new RegExp(`(${Object.keys(DRAWINGS).join("|")})\\ufe0f?`, "u");

/** Text in parts: strings, and {sign, fill, path} where one is drawn. */
export function withDrawings(text) {
  const parts = [];
  let rest = text;
  for (let found = DRAWN.exec(rest); found; found = DRAWN.exec(rest)) {
    const [fill, path] = DRAWINGS[found[1]];
    parts.push(rest.slice(0, found.index), { sign: found[0], fill, path });
    rest = rest.slice(found.index + found[0].length);
  }
  return [...parts, rest];
}
