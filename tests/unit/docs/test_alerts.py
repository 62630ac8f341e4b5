"""docs/alerts.yml: Prometheus' own grammar takes every rule, and every metric that a rule names is one that the bot has."""

import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from bot.ledger.db.engine import Database
from bot.ledger.ledger import Ledger
from bot.web.metrics import Counters, Metrics
from tests.unit.docs.pages import ROOT, text

RULES = [rule for group in yaml.safe_load(text("docs/alerts.yml"))["groups"] for rule in group["rules"]]


def test_each_rule_asks_for_metrics_that_there_are(tmp_path: Path) -> None:
    counters = Counters()
    Metrics(Ledger(Database(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}"), "T0", {}), counters)
    there = {f"{m.name}_total" if m.type == "counter" else m.name for m in counters.registry.collect()}
    assert RULES
    for rule in RULES:
        named = set(re.findall(r"makegood_\w+", rule["expr"]))
        assert named, rule["alert"]
        assert named <= there, rule["alert"]
        assert rule["annotations"]["summary"]
    assert (ROOT / "docs" / "alerts.yml").exists()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_each_rule_is_one_of_prometheus(rule: dict[str, Any]) -> None:
    assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    promql_parser.parse(rule["expr"])
    promql_parser.parse_duration(rule.get("for", "1m"))


@pytest.mark.parametrize(
    "wrong", ["sum(increase(makegood_hooks_total)) > 0", "sum(makegood_bugs >", "summ(makegood_bugs)"]
)
def test_what_is_none_is_not_taken(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        promql_parser.parse(wrong)
