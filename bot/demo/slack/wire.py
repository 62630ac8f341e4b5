"""What a person types, as Slack sends it on: &, < and > escaped, addresses and links wrapped, mentions left as they are."""

import re
from collections.abc import Mapping

_PIECES = re.compile(
    r"(?P<token><(?:[@#!][^<>\s]*|(?:https?|mailto):[^<>\s]*)>)"
    r"|(?P<url>https?://[^\s<>|]*[^\s<>|.,;:!?)])"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<special>[&<>])"
)
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def wire(typed: str) -> str:
    return _PIECES.sub(_piece, typed)


def wire_command(typed: str, names: Mapping[str, str]) -> str:
    """The same for a command whose manifest says should_escape: @name and #name become what `names` has for them."""
    return re.sub(r"[@#][\w.-]*\w", lambda found: names.get(found.group().lower(), found.group()), wire(typed))


def escaped(text: str) -> str:
    return re.sub(r"[&<>]", lambda found: _ESCAPED[found.group()], text)


def _piece(found: re.Match[str]) -> str:
    if url := found.group("url"):
        return f"<{escaped(url)}>"
    if mail := found.group("mail"):
        return f"<mailto:{mail}|{mail}>"
    if special := found.group("special"):
        return _ESCAPED[special]
    return found.group("token")
