"""Reads a mail's parts: which of them are the writer's words, and what else is there."""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from bot.adapters.channels.common.charsets import decoded
from bot.adapters.channels.common.headers import decoded as header_text
from bot.adapters.channels.common.html_letter import lines_of_html
from bot.adapters.channels.common.quotes import Line, lines_of

MOST_PARTS = 200
LONGEST_TEXT = 400_000
WORDS = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"})
NAMED_WORDS = frozenset({"text/plain", "text/html"})
FORWARD = "---------- Forwarded message ----------"
SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted", "application/ms-tnef")
QUIET = (
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "application/pgp-keys",
)
INVISIBLE = re.compile("[\\s\u00ad\u034f\u200b-\u200f\u2060\ufeff\ufffc]+")
PLACEHOLDER = re.compile(r"html|browser|mime|e-?mail (?:client|program)|mail(?:programm|prog)|webmail", re.IGNORECASE)
LONGEST_PLACEHOLDER = 400
WORD = re.compile(r"\w+")
PADDING = re.compile(rb"=+")
SHORTEST_BASE64 = 40
"""Characters of a line below which what is followed by plain words is taken for words itself."""
BASE64_LINE = re.compile(rb"[A-Za-z0-9+/=]*")
UU_BEGIN = re.compile(r"begin [0-7]{3,4} \S")
LONGEST_UU = 61
PGP_HEAD = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:Hash: .*\n)*\n?")
PGP_BEGIN, PGP_END = "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"
ENRICHED = re.compile(r"<param>[^<>]{0,200}</param>|</?[a-zA-Z][\w-]{0,40}>")


@dataclass(frozen=True, kw_only=True)
class Content:
    """The writer's lines, and what there is beside them."""

    lines: tuple[Line, ...] = ()
    pictures: int = 0
    files: tuple[str, ...] = ()
    sealed: bool = False
    meeting: bool = False

    def __add__(self, other: "Content") -> "Content":
        between = (Line(""),) if self.lines and other.lines else ()
        return Content(
            lines=(*self.lines, *between, *other.lines),
            pictures=self.pictures + other.pictures,
            files=(*self.files, *other.files),
            sealed=self.sealed or other.sealed,
            meeting=self.meeting or other.meeting,
        )

    @property
    def said(self) -> bool:
        return any(INVISIBLE.sub("", line.text) for line in self.lines)


NOTHING = Content()


def content_of(message: Message) -> Content:
    """The words of the letter itself; where it has none of its own, those of a text that hangs on it."""
    read = _read(message)
    if read.said:
        return read
    outside = list(islice(_outside_mails(message), MOST_PARTS))
    named = (_text(part) for part in outside if part.get_content_type() in NAMED_WORDS and not part.is_multipart())
    words = next((each for each in named if each.said), NOTHING)
    mail = next((part for part in outside if part.get_content_type() == "message/rfc822" and part.is_multipart()), None)
    if not words.said and mail is not None:
        words = _forwarded(mail)
    return Content(lines=words.lines) + read


def _outside_mails(part: Message) -> Iterator[Message]:
    """This part and those in it, but for those of a mail that hangs on it."""
    yield part
    for each in _children(part) if part.get_content_maintype() == "multipart" else ():
        yield from _outside_mails(each)


def _forwarded(part: Message) -> Content:
    """A mail that is nothing but another mail: that one is what the writer wants to show."""
    (inner, *_) = _children(part)
    said = ((name, header_text(str(inner.get(name, "")))) for name in ("From", "Date", "Subject"))
    heads = (f"{name}: {value}" for name, value in said if value)
    above = (Line(FORWARD), *(Line(head) for head in heads), Line(""))
    return Content(lines=(*above, *_read(inner).lines))


def _children(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload[:MOST_PARTS] if isinstance(part, Message)] if isinstance(payload, list) else []


def _read(part: Message) -> Content:
    kind = part.get_content_type()
    if _is_attached(part) or kind.startswith("message/"):
        return _beside(part, kind)
    if kind.startswith(SEALED):
        return Content(sealed=True)
    if kind == "multipart/alternative" and part.is_multipart():
        return _best([_read(each) for each in _children(part)], _children(part))
    if part.is_multipart():
        return _joined(part, kind)
    if kind in WORDS or kind.startswith("multipart/"):
        return _text(part)
    return _beside(part, kind)


def _joined(part: Message, kind: str) -> Content:
    """One after another; what says the same twice (plain beside HTML without an alternative) is read once."""
    found, last = NOTHING, NOTHING
    for each in _children(part)[: 1 if kind == "multipart/signed" else MOST_PARTS]:
        read = _read(each)
        if read.said and last.said and each.get_content_type() == "text/html" and _within(read, last):
            read = Content(pictures=read.pictures, files=read.files)
        found, last = found + read, read
    return found


def _is_attached(part: Message) -> bool:
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        return False
    return part.get_content_disposition() == "attachment" or bool(_filename(part))


def _filename(part: Message) -> str:
    try:
        return header_text(part.get_filename() or "")
    except (ValueError, LookupError, TypeError, IndexError):
        return "a file"


def _beside(part: Message, kind: str) -> Content:
    """What hangs on the letter, by name."""
    return _named(kind, _filename(part) or ("a mail" if kind.startswith("message/") else "a file"))


def _named(kind: str, name: str) -> Content:
    if kind.startswith("image/"):
        return Content(pictures=1)
    if kind == "text/calendar":
        return Content(meeting=True)
    if kind in QUIET or kind.startswith("multipart/") or kind == "text/x-amp-html":
        return NOTHING
    if kind.startswith(SEALED):
        return Content(sealed=True)
    return Content(files=(name or "a file",))


def _best(read: list[Content], parts: list[Message]) -> Content:
    """Of the ways in which the same is said: the plain one, unless it only points to the other one."""
    kinds = [part.get_content_type() for part in parts]
    plain = next((each for each, kind in zip(read, kinds, strict=True) if kind == "text/plain" and each.said), NOTHING)
    rich = next((each for each in reversed(read) if each.said and each is not plain), NOTHING)
    beside = sum((Content(files=each.files, meeting=each.meeting) for each in read), NOTHING)
    pictures = max((each.pictures for each in read), default=0)
    sealed = any(each.sealed for each in read)
    chosen = _chosen(plain, rich)
    return Content(lines=chosen.lines, pictures=pictures, files=beside.files, meeting=beside.meeting, sealed=sealed)


def _chosen(plain: Content, rich: Content) -> Content:
    if not plain.said or not rich.said:
        return plain if plain.said else rich
    if _within(plain, rich):
        return rich if len(_words(rich)) > 2 * len(_words(plain)) + 20 else plain
    if _within(rich, plain):
        return plain
    text = " ".join(line.text for line in plain.lines)
    if len(text) < LONGEST_PLACEHOLDER and PLACEHOLDER.search(text):
        return rich
    return Content(lines=plain.lines) + Content(lines=rich.lines)


def _words(content: Content) -> list[str]:
    return [word for line in content.lines for word in WORD.findall(line.text.lower())]


def _within(one: Content, other: Content) -> bool:
    """Nearly all of its words stand in the other one, too."""
    words, others = _words(one), frozenset(_words(other))
    return sum(word in others for word in words) >= 0.8 * len(words)


def content_of_bodies(plain: str, markup: str, kinds: Iterable[tuple[str, str]]) -> Content:
    """The same where a service has taken the mail apart; `kinds` are the type and name of what hangs on it."""
    lines, pictures = lines_of_html(markup[:LONGEST_TEXT])
    text = Content(lines=tuple(lines_of(plain[:LONGEST_TEXT])))
    chosen = _chosen(text, Content(lines=tuple(lines), pictures=pictures))
    found = Content(lines=chosen.lines)
    for kind, name in kinds:
        found += _named(kind.partition(";")[0].strip().lower(), name)
    return Content(pictures=max(pictures - found.pictures, 0)) + found


def _text(part: Message) -> Content:
    text = decoded(_payload(part), _parameter(part, "charset"))[:LONGEST_TEXT]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kind = part.get_content_type()
    if kind == "text/html":
        lines, pictures = lines_of_html(text)
        return Content(lines=tuple(lines), pictures=pictures)
    if kind in {"text/enriched", "text/richtext"}:
        text = ENRICHED.sub("", text.replace("<<", "<"))
    if _parameter(part, "format").lower() == "flowed":
        text = "\n".join(_unflowed(text, delsp=_parameter(part, "delsp").lower() == "yes"))
    return Content(lines=tuple(lines_of(_without_armour("\n".join(_without_uuencoded(text))))))


def _without_uuencoded(text: str) -> Iterator[str]:
    """Old programs put files between the words: "begin 644 shot.png", short lines, "end"."""
    held: list[str] = []
    for line in text.split("\n"):
        if not held and not UU_BEGIN.match(line):
            yield line
        elif held and line.strip() == "end":
            held = []
        elif len(line) > LONGEST_UU:
            yield from (*held, line)
            held = []
        else:
            held.append(line)
    yield from held


def _without_armour(text: str) -> str:
    """What a signature of PGP writes around the words."""
    bare = PGP_HEAD.sub("", text)
    begin, end = bare.find(PGP_BEGIN), bare.rfind(PGP_END)
    return bare[:begin] + bare[end + len(PGP_END) :] if 0 <= begin < end else bare


def _parameter(part: Message, name: str) -> str:
    """RFC 2231 may give it with its own charset and language."""
    found = part.get_param(name, "")
    return str(found[2] if isinstance(found, tuple) else found or "")


def _unflowed(text: str, *, delsp: bool) -> Iterator[str]:
    """RFC 3676: a line that ends in a space goes on in the next one of the same depth of quotation."""
    held: list[str] = []
    depth = 0
    for raw in text.split("\n"):
        bare = raw.lstrip(">")
        deep = len(raw) - len(bare)
        line = bare.removeprefix(" ")
        if held and (deep != depth or line == "-- "):
            yield _requoted("".join(held), depth)
            held = []
        depth = deep
        flows = line.endswith(" ") and line != "-- "
        held.append(line[:-1] if flows and delsp else line)
        if not flows:
            yield _requoted("".join(held), depth)
            held = []
    if held:
        yield _requoted("".join(held), depth)


def _requoted(line: str, depth: int) -> str:
    return ">" * depth + (" " if depth else "") + line


def _payload(part: Message) -> bytes:
    """The part's bytes; where its transfer encoding is not what it says, as much as can be read."""
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    if encoding == "base64":
        del part["content-transfer-encoding"]  # so that the reader hands out what was sent
    found = part.get_payload(decode=True)
    sent = found if isinstance(found, bytes) else b""
    return _from_base64(sent) if encoding == "base64" else sent


def _from_base64(sent: bytes) -> bytes:
    """Lists and virus scanners write plain lines below, and some programs name an encoding that they do not use."""
    lines = [line.strip() for line in sent.split(b"\n")]
    until = next((n for n, line in enumerate(lines) if not BASE64_LINE.fullmatch(line)), len(lines))
    rest = b"\n".join(lines[until:]).strip()
    if rest and (until == 0 or len(lines[0]) < SHORTEST_BASE64):
        return sent
    pieces = (piece[: -1 if len(piece) % 4 == 1 else None] for piece in PADDING.split(b"".join(lines[:until])))
    read = b"".join(base64.b64decode(piece + b"=" * (-len(piece) % 4)) for piece in pieces)
    return read + b"\n" + rest if rest else read
