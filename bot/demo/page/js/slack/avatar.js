// Pictures of people and apps: initials on a colour of their own; the app has its sign.
import { h } from "../lib/dom.js";

const COLOURS = ["#2d7d9a", "#7a4fa3", "#b5533c", "#3c7a4f", "#8a6d1d", "#4a5fb0", "#a0426f", "#52707d"];

export function avatar(name, { ours = false, size = 36 } = {}) {
  const look = { width: `${size}px`, height: `${size}px`, "font-size": `${Math.round(size * 0.42)}px` };
  if (ours) return h("span.avatar.ours", { style: look, "aria-hidden": "true" }, sign());
  const words = (name || "?").trim().split(/\s+/);
  const initials = words.length > 1 ? words[0][0] + words.at(-1)[0] : words[0].slice(0, 1);
  return h(
    "span.avatar",
    { style: { ...look, background: COLOURS[hash(name) % COLOURS.length] }, "aria-hidden": "true" },
    initials.toUpperCase(),
  );
}

const sign = () => h("svg", { viewBox: "0 0 32 32" }, h("path", { d: "M8 17l5.5 5.5L24.5 10.5" }));

const hash = (name) => [...(name || "")].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 7);
