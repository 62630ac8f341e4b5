"""Values of the team's own columns: a date may be a timestamp with or without a zone, a day, seconds, or text. Pure."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

Value = Any
"""Whatever the driver gives for a column: the comparison with the old value needs it untouched."""


def keyed(column: "sa.Column[Any]", account: str) -> Value:
    """An account's id as its column holds it, so that the database can use its index; None for what can't be one."""
    try:
        match column.type:
            case sa.Integer():
                return int(account)
            case sa.Uuid():
                return UUID(account)
    except ValueError:
        return None
    return account


def moment(value: Value) -> datetime:
    found = _moment(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _moment(value: Value) -> datetime:
    match value:
        case datetime():
            return value
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        case str():
            return datetime.fromisoformat(value)
    return datetime.fromtimestamp(value, UTC)


def stored(column: "sa.Column[Any]", until: datetime) -> Value:
    """As the column holds moments; whole seconds, since not every database keeps more."""
    exact = until.astimezone(UTC).replace(microsecond=0)
    match column.type:
        case sa.DateTime():
            return exact if column.type.timezone else exact.replace(tzinfo=None)
        case sa.Date():
            return exact.date()
        case sa.Integer():
            return int(exact.timestamp())
    return exact.isoformat()


def text(value: Value) -> str:
    """For a receipt; equal exactly when the values are."""
    return json.dumps(value, default=lambda moment: moment.isoformat())


def restored(column: "sa.Column[Any]", kept: str) -> Value:
    value = json.loads(kept)
    if not isinstance(value, str):
        return value
    match column.type:
        case sa.DateTime():
            return datetime.fromisoformat(value)
        case sa.Date():
            return date.fromisoformat(value)
    return value
