// The traffic drawer: recent calls of the Web API and deliveries to the app, newest first.
import { h } from "./lib/dom.js";
import { icon } from "./lib/icons.js";
import { ofAny, seconds } from "./lib/format.js";
import { change } from "./state.js";

export function inspector(state) {
  if (!state.inspector) return null;
  const traffic = [...(state.slack?.traffic ?? [])].reverse();
  const close = () =>
    change((s) => {
      s.inspector = false;
    });
  return h(
    "section.inspector",
    { key: "inspector", "aria-label": "Traffic", "data-testid": "inspector" },
    h(
      "header",
      null,
      h("h2", null, "Traffic between Makegood and Slack"),
      h("button.close", { type: "button", "aria-label": "Close traffic", onclick: close }, icon("cross")),
    ),
    h(
      "div.rows",
      null,
      traffic.length
        ? h(
            "table",
            null,
            h(
              "thead",
              null,
              h(
                "tr",
                null,
                ["Time", "", "What", "Took", "Answer"].map((name) => h("th", null, name)),
              ),
            ),
            h("tbody", null, traffic.map(row)),
          )
        : h("p.empty", null, "Nothing has gone over the wire yet."),
    ),
  );
}

function row(one, index, all) {
  const calls = one.dir === "api";
  return h(
    "tr",
    { key: all.length - index, class: one.ok === false && "bad" },
    h("td", null, seconds(ofAny(one.at))),
    h("td", { title: calls ? "Makegood asked Slack" : "Slack told Makegood" }, calls ? "→" : "←"),
    h("td", null, h("code", null, one.name)),
    h("td", null, one.ms == null ? "" : `${Math.round(one.ms)} ms`),
    h("td.summary", null, one.summary),
  );
}
