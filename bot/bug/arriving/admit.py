"""Decides which errors get a card: by stage, severity, count, or a waiting customer."""

from pydantic import Field

from bot.bug.values import Alert, Frozen, Severity

ORDER = (Severity.INFO, Severity.WARNING, Severity.ERROR)


class Rule(Frozen):
    """[admit] of makegood.toml; what is not known is always admitted."""

    stages: tuple[str, ...] = ("production",)
    severity: Severity = Severity.ERROR
    at_least: int = Field(default=1, ge=1)
    """Occurrences, as the tracker counts them or as we do."""


def admit(alert: Alert, rule: Rule, seen: int, *, waiting: bool = False) -> str | None:
    """Why it is admitted, in words; None where it is not. `seen` counts what we were told of this error, this one included."""
    if waiting:
        return "a customer waits"
    if alert.stage and rule.stages and alert.stage.casefold() not in {s.casefold() for s in rule.stages}:
        return None
    if alert.severity and ORDER.index(alert.severity) < ORDER.index(rule.severity):
        return None
    count = max(seen, alert.occurrences)
    if count < rule.at_least:
        return None
    return _why(alert, count if rule.at_least > 1 else 0)


def _why(alert: Alert, count: int) -> str:
    parts = [
        alert.severity.value if alert.severity else "",
        f"in {alert.stage}" if alert.stage else "",
        f"{count} times" if count else "",
    ]
    return " ".join(p for p in parts if p) or "nothing says that it is harmless"
