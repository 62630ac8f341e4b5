// The customer's browser: the shop itself in a frame, with an address bar that says where it is.
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { change } from "../state.js";
import { avatar } from "../slack/avatar.js";

const START = "/shop/";

const frame = () => document.querySelector("iframe.shop");

export function browser(state) {
  const { customer, shop } = state.world;
  const url = shop?.url ? new URL(shop.url, location.href).pathname : START;
  const at = state.page?.key === url ? state.page : { path: url, title: "" };
  const loaded = (event) => noteWhere(event.target, url);
  return h(
    "section.browser",
    { "aria-label": "Customer's browser", "data-testid": "browser" },
    h(
      "header.browser-head",
      null,
      h(
        "div.browser-tab",
        { "data-testid": "tab-browser" },
        avatar(customer?.name, { size: 20 }),
        h("b", null, `${first(customer?.name)}'s browser`),
        h("small", null, customer?.email),
      ),
      shop?.release && h("span.release", { title: "What is live now" }, `release ${shop.release}`),
    ),
    h(
      "div.address",
      null,
      tool("Back", "left", () => frame()?.contentWindow.history.back()),
      tool("Reload", "reload", () => frame()?.contentWindow.location.reload()),
      tool("Home", "home", () => frame()?.contentWindow.location.assign(url)),
      h(
        "div.url",
        { "data-testid": "address" },
        icon("lock", 13),
        h("span", null, `quickadmin.example${shown(at.path)}`),
      ),
    ),
    h(
      "div.screen",
      null,
      h("iframe.shop", {
        key: url,
        src: url,
        title: "The shop as the customer sees it",
        onload: loaded,
        "data-testid": "shop",
      }),
    ),
  );
}

const first = (name) => (name ?? "The customer").split(" ")[0];
const tool = (label, sign, onclick) =>
  h("button", { type: "button", "aria-label": label, title: label, onclick }, icon(sign, 16));
const shown = (path) => path.replace(/^\/shop(?=\/|$)/, "");

function noteWhere(node, key) {
  const { pathname, search } = node.contentWindow.location;
  change((s) => {
    s.page = { key, path: pathname + search };
  });
}
