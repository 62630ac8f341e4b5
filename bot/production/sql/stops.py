"""Finds in the text of a trigger or rule that it lets no change through, so that nobody is asked to approve one. Pure.

Only what stands first and unconditionally counts: behind a condition, some changes may get through.
"""

from collections.abc import Sequence

from bot.production.sql.trigger_text import quoted, tokens_of

_LEVELS = frozenset(("DEBUG", "LOG", "INFO", "NOTICE", "WARNING"))
"""A RAISE of these says something and goes on."""


def by_rule(table: str, name: str) -> str:
    return (
        f"{table} has a rule ({name}), by which the database does something else instead, so this would never take effect. "
        "Change it where the application does, or have whoever keeps the database drop the rule."
    )


def of_postgres(table: str, name: str, text: str, *, before_row: bool) -> str:
    tokens = list(tokens_of(text))
    upper = [piece.upper() for piece in tokens]
    if upper[:1] != ["BEGIN"] or "WHEN" in upper:  # it may catch what it raises
        return ""
    if upper[1:4] == ["RETURN", "NULL", ";"]:
        return _left_alone(table, name) if before_row else ""
    if upper[1:2] != ["RAISE"] or upper[2] in _LEVELS:
        return ""
    return _forbidden(table, name, tokens[2:5])


def of_mysql(table: str, name: str, text: str) -> str:
    tokens = list(tokens_of(text))
    upper = [piece.upper() for piece in tokens]
    start = 1 if upper[:1] == ["BEGIN"] else 0
    if upper[start : start + 2] != ["SIGNAL", "SQLSTATE"] or "HANDLER" in upper:
        return ""
    return _forbidden(table, name, tokens[upper.index("MESSAGE_TEXT") :] if "MESSAGE_TEXT" in upper else ())


def of_sqlite(table: str, name: str, text: str) -> str:
    """Of a trigger without WHEN that is for all columns."""
    tokens = list(tokens_of(text))
    upper = [piece.upper() for piece in tokens]
    body = upper.index("BEGIN") + 1 if "BEGIN" in upper else len(upper)
    if upper[body : body + 3] != ["SELECT", "RAISE", "("]:
        return ""
    end = upper.index(";", body) if ";" in upper[body:] else len(upper)
    if upper[end - 1] != ")" or "WHERE" in upper[body:end]:
        return ""
    said = tokens[body + 3 : end]
    return _left_alone(table, name) if upper[body + 3] == "IGNORE" else _forbidden(table, name, said)


def _left_alone(table: str, name: str) -> str:
    return (
        f"{table} has a trigger ({name}), by which the database leaves such rows as they are, so this would never take effect. "
        "Change it where the application does, or have whoever keeps the database switch the trigger off."
    )


def _forbidden(table: str, name: str, tokens: Sequence[str]) -> str:
    text = next((piece[1:-1].replace("''", "'") for piece in tokens if piece.startswith("'")), "")
    said = f": {quoted(text.replace('%', '…'))}" if text else ""
    return (
        f"{table} has a trigger ({name}), which forbids that{said}. Do what it asks for, or have whoever keeps the database "
        "switch it off."
    )
