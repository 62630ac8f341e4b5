// The app's Home tab.
import { h } from "../lib/dom.js";
import { blocks } from "../blocks/blocks.js";
import { inView } from "../blocks/place.js";
import { panelOf } from "../tabs.js";

export function home(state) {
  const view = state.slack.home;
  const shown = view
    ? blocks(inView(state, view), view.blocks)
    : h("p.empty", null, "The app has not shown its Home yet.");
  return h("div.home", { ...panelOf("home"), "data-testid": "home" }, shown);
}
