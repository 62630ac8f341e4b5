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
  const key = `${url} ${state.begun}`;
  const path = state.page?.key === key ? state.page.path : url;
  const loaded = (event) => noteWhere(event.target, key);
  const about = { title: "The shop as the customer sees it", "data-testid": "shop" };
  return h(
    "section.browser",
    { "aria-label": "Customer's browser", "data-testid": "browser" },
    head(customer, shop),
    address(path, url),
    h("div.screen", null, h("iframe.shop", { key, src: url, onload: loaded, ...about })),
  );
}

const head = (customer, shop) =>
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
  );

const address = (path, start) =>
  h(
    "div.address",
    null,
    tool("Back", "left", goBack),
    tool("Reload", "reload", () => frame().contentWindow.location.reload()),
    tool("Home", "home", () => frame().contentWindow.location.assign(start)),
    h("div.url", { "data-testid": "address" }, icon("lock", 13), h("span", null, `quickadmin.example${shown(path)}`)),
  );

const first = (name) => (name ?? "The customer").split(" ")[0];
const shown = (path) => path.replace(/^\/shop(?=\/|$)/, "");

const tool = (label, sign, onclick) =>
  h("button", { type: "button", "aria-label": label, title: label, onclick }, icon(sign, 16));

/** Within the frame only: the plain history would take the whole page away. */
function goBack() {
  const { navigation } = frame().contentWindow;
  if (navigation?.canGoBack) navigation.back();
}

/** A page from elsewhere, or one that could not be loaded, does not tell its address. */
function noteWhere(node, key) {
  const at = node.contentDocument?.location;
  if (!at) return;
  change((s) => {
    s.page = { key, path: at.pathname + at.search };
  });
}
