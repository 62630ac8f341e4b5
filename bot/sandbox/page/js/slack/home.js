// The app's Home tab.
import { h } from "../lib/dom.js";
import { blocks } from "../blocks/blocks.js";
import { inView } from "../blocks/place.js";

export function home(state) {
  const view = state.slack.home;
  if (!view) return h("div.home", { "data-testid": "home" }, h("p.empty", null, "The app has not shown its Home yet."));
  return h(
    "div.home",
    { "data-testid": "home", role: "tabpanel", "aria-label": "Home" },
    blocks(inView(state, view), view.blocks),
  );
}
