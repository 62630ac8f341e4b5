"""Every error of Makegood, in one tree. The message of each is a sentence for people.

MakegoodError
├── Refused                 a person asked for what can't be done now; the message is the answer
│   ├── NotFound            what was named does not exist
│   ├── NotAllowed          this person may not
│   └── Invalid             a field of a form is wrong; `fields` says which
├── Unreadable              what came in can't be understood (400)
├── UnknownKind             what came in is well-formed, of a kind that nobody foresaw (200; kept, counted and shown)
├── Unauthorised            what came in is not from whom it says (401)
├── Misconfigured           the settings can't be used; the start stops
├── Outside                 another system did not do what was asked
│   ├── Unavailable         nothing happened there; asking again is right
│   │   ├── Mendable        somebody has to mend something first; it is asked again until then, ever more rarely
│   │   └── Newer           a newer version of Makegood works beside this one, and alone understands what is stored
│   ├── Rejected            nothing happened there; asking again won't help
│   └── Doubtful            it may have happened; look before asking again
└── TrailBroken             the stored trail is not what was written
"""

from collections.abc import Mapping

from bot.bug.words import Part, plain


class MakegoodError(Exception):
    """Never raised itself. `said` is the sentence in parts, for whoever renders it; `str` is its plain text."""

    def __init__(self, *said: Part) -> None:
        super().__init__(plain(said))
        self.said = said


class Refused(MakegoodError):
    """The request does not apply now. Nothing was changed; the message goes to the person who asked."""


class NotFound(Refused):
    """What was named does not exist, or not any more."""


class NotAllowed(Refused):
    """This person may not do this; the message says who may."""


class Invalid(Refused):
    """Some fields of a form are wrong; `fields` maps a field's name to its sentence."""

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class Unreadable(MakegoodError):
    """A delivery can't be understood; answered with 400 and this reason."""


class UnknownKind(MakegoodError):
    """A known service sent something of a kind that we do not read; `kind` is the service's own word for it.

    Answered with 200, since services switch a hook off after repeated refusals; it is kept, counted and shown to people.
    """

    def __init__(self, service: str, kind: str) -> None:
        super().__init__(f"{service} sent “{kind}”, which Makegood does not know yet.")
        self.kind = kind


class Unauthorised(MakegoodError):
    """A delivery's token or signature is wrong; answered with 401."""


class Misconfigured(MakegoodError):
    """A setting is missing, unknown or of a wrong type; the message names it and says what to write."""


class Outside(MakegoodError):
    """Another system did not do what was asked."""


class Unavailable(Outside):
    """Nothing happened there; ask again, not before `retry_after` seconds where it said so."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Mendable(Unavailable):
    """Nothing happened there, until somebody mends what the message names: it is never given up."""


class Newer(Unavailable):
    """A newer version of Makegood wrote what this one can't read: it leaves it to the newer one, and changes nothing."""


class Rejected(Outside):
    """The other system said no for good: asking again won't help, a person must look."""


class Doubtful(Outside):
    """The call was cut off: it may or may not have happened there. Look before asking again."""


class TrailBroken(MakegoodError):
    """An entry does not match its hash, or one is missing."""
