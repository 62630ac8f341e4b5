"""Writes a message in plain words, for when Slack refuses its layout. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.text import cut

HINT = "Slack did not take this message as it should look. Its buttons can be typed: `/bug help`."
CHART = "data_visualization"
METADATA = 8000
"""Characters of metadata that Slack takes."""


def plainly(method: str, message: Mapping[str, Any], longest: int) -> dict[str, Any]:
    """The same call with its words alone. What it is known by after a cut-off stays, unless that may be what was refused."""
    words = [str(message.get("text") or ""), *_texts(message.get("blocks") or ())]
    known = {key: value for key, value in message.items() if key not in {"text", "blocks", "attachments", "metadata"}}
    said = cut("\n".join(dict.fromkeys(word for word in words if word)), longest - len(HINT) - 1)
    empty: dict[str, Any] = (
        {"blocks": []} if method == "chat.update" else {}
    )  # an update without blocks would leave the old ones
    return {**known, **empty, **_known_by(message), "text": _closed(f"{said}\n{HINT}".lstrip())}


def has_charts(message: Mapping[str, Any]) -> bool:
    return any(block.get("type") == CHART for block in message.get("blocks") or ())


def without_charts(message: Mapping[str, Any]) -> dict[str, Any]:
    """The same message; what its charts show stands beside them in words."""
    blocks = message.get("blocks")
    left = [block for block in blocks or () if block.get("type") != CHART]
    return {**message, **({"blocks": left} if blocks else {})}


def _known_by(message: Mapping[str, Any]) -> dict[str, Any]:
    metadata = message.get("metadata")
    return {"metadata": metadata} if metadata and len(str(metadata)) < METADATA else {}


def _texts(blocks: Any) -> Iterator[str]:
    """What sections say."""
    for block in blocks:
        text = block.get("text") if isinstance(block, Mapping) else None
        if isinstance(text, Mapping) and text.get("type") == "mrkdwn":
            yield str(text.get("text", ""))


def _closed(text: str) -> str:
    """A code block that was cut off ends here."""
    return text + "```" if text.count("```") % 2 else text
