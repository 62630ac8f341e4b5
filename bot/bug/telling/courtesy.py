"""How a letter begins and ends: whom it greets, and who writes. Pure. A chat shows both by itself."""

import re
from typing import Self

from pydantic import model_validator

from bot.bug.values import Frozen
from bot.text import cut

LONGEST_NAME = 60
"""Characters of a name that a letter repeats."""
_GREETS = re.compile(
    r"(?:hi|hey|hello|dear|good (?:morning|afternoon|evening)|hallo|guten (?:morgen|tag|abend)|liebe[rs]?|sehr geehrte[rs]?|"
    r"moin|servus|bonjour|salut|bonsoir|hola|buen[oa]s|ol[aá]|ciao|buongiorno|cześć|dzień dobry|ahoj|hej)\b",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"[@/<>\\]|https?|www\.|[0-9]{3}", re.IGNORECASE)
"""What no name has in it: a stranger fills in the name that our letter would repeat."""


class Courtesy(Frozen):
    """`[tell.letters]`: the first and last line of a letter to a customer; an empty one is left out."""

    greeting: str = "Hello {name},"
    nameless: str = "Hello,"
    """Where nobody knows what they are called."""
    signature: str = "{writer}"
    """`{writer}` is what Slack calls whoever wrote it."""

    @model_validator(mode="after")
    def _fillable(self) -> Self:
        for field, place in (("greeting", "name"), ("nameless", ""), ("signature", "writer")):
            try:
                getattr(self, field).format(**({place: ""} if place else {}))
            except (LookupError, ValueError, AttributeError):
                may = f"may hold {{{place}}}, and no other braces" if place else "holds no braces"
                raise ValueError(f"{field} {may}") from None
        return self

    def framed(self, text: str, name: str, writer: str) -> str:
        """The letter. Nobody is greeted twice, and where nobody knows who writes it bears no name."""
        greeting = "" if _GREETS.match(text) else self._greeting(_one_line(name))
        signature = self.signature.format(writer=writer) if writer or "{writer}" not in self.signature else ""
        signed = signature and text.rstrip().endswith(signature)
        return "\n\n".join(part for part in (greeting, text, "" if signed else signature) if part)

    def _greeting(self, name: str) -> str:
        return self.greeting.format(name=name) if name and not _NO_NAME.search(name) else self.nameless


def _one_line(name: str) -> str:
    return cut(" ".join(name.split()), LONGEST_NAME)
