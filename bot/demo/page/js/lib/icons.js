// The page's own line icons, so that nothing depends on fonts.
import { h } from "./dom.js";

const PATHS = {
  hash: "M4 9h16M4 15h16M10 3 8 21M16 3l-2 18",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  send: "M4 12 20 4l-5 16-4-6z",
  cross: "M6 6l12 12M18 6 6 18",
  reply: "M5 5h14v10H11l-5 4v-4H5z",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  pencil: "M4 20l1-4L16 5l3 3L8 19z",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  chevron: "M6 9l6 6 6-6",
  left: "M14 6l-6 6 6 6",
  reload: "M19 12a7 7 0 1 1-2-5M19 4v4h-4",
  eye: "M2.5 12C6 6 18 6 21.5 12 18 18 6 18 2.5 12M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5",
  check: "M5 13l4.5 4.5L19 7",
  mail: "M3 6h18v12H3zM3 7l9 7 9-7",
  board: "M4 4h6v16H4zM14 4h6v10h-6z",
  till: "M3 7h18v11H3zM3 11h18M7 15h4",
  phone: "M7 3h10v18H7zM11 18h2",
  traffic: "M4 8h14l-3-3M20 16H6l3 3",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  warning: "M12 4 2.5 20h19zM12 10v5M12 17.5v.01",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v6M12 7.5v.01",
};

export function icon(name, size = 18) {
  const path = h("path", { d: PATHS[name] ?? PATHS.info });
  return h("svg.icon", { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true" }, path);
}
