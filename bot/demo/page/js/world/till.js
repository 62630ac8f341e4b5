// The till: what each customer pays and has been given.
import { h } from "../lib/dom.js";
import { clock, money, ofAny, shortDate } from "../lib/format.js";
import { recent } from "../state.js";
import { panelOf } from "../tabs.js";

export function till(state) {
  const { customers = [], plans = [] } = state.world.till ?? {};
  const mine = (one) => one.email === state.world.customer?.email;
  const sorted = [...customers.filter(mine), ...customers.filter((one) => !mine(one))];
  return h(
    "div.till",
    { ...panelOf("till"), "data-testid": "till" },
    sorted.length ? sorted.map((one) => account(one, mine(one))) : h("p.empty", null, "Nobody has an account yet."),
    h(
      "p.plans",
      null,
      plans.map((plan) =>
        h(
          "span",
          { key: plan.name },
          h("b", null, plan.name),
          ` ${plan.amount ? money(plan.amount, plan.currency) : "free"}`,
        ),
      ),
    ),
  );
}

function account(one, mine) {
  const changed = (field) => recent.world.has(`till ${one.email} ${field}`) && "fresh";
  const fact = (name, value, field) =>
    h("div", { class: changed(field), "data-fact": field }, h("dt", null, name), h("dd", null, value));
  return h(
    "section.account",
    {
      key: one.email,
      class: mine && "mine",
      "aria-label": one.name,
      "data-testid": "account",
      "data-email": one.email,
    },
    h("h3", null, one.name, h("small", null, one.email)),
    h(
      "dl",
      null,
      fact("Plan", one.plan || "none", "plan"),
      fact("Status", one.status, "status"),
      fact("Period ends", one.period_end ? shortDate(ofAny(one.period_end)) : "–", "period_end"),
      fact("Credit", money(one.credit, one.currency), "credit"),
    ),
    mine &&
      one.history?.length > 0 &&
      h(
        "ul.history",
        null,
        [...(one.history ?? [])]
          .reverse()
          .map((note, index, all) =>
            h(
              "li",
              { key: all.length - index },
              h("time", null, clock(ofAny(note.at))),
              h("span", null, note.text || note.what),
            ),
          ),
      ),
  );
}
