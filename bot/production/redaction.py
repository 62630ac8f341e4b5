"""Masks secrets in every text that leaves: known values first, then what looks like one. Pure."""

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote, urlsplit

MASK = "••••"
_SHORTEST = 5  # a shorter value would blot out ordinary words

_KEYS = "password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
_PATTERNS = tuple(  # every repetition is bounded or starts at one place, so that long texts take linear time
    (re.compile(pattern, flags), replacement)
    for pattern, flags, replacement in (
        (r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL, MASK),
        (
            r"\b(authorization\s{0,5}[:=]\s{0,5})(?:(?:bearer|basic|token|digest)\s{1,5})?[^\s\"',;]+",
            re.IGNORECASE,
            rf"\1{MASK}",
        ),
        (r"\b(bearer\s{1,5})[\w.~+/=-]{8,}", re.IGNORECASE, rf"\1{MASK}"),
        (r"\bxox[a-z]-[\w-]{8,}|\bxapp-[\w-]{8,}|\bxoxe\.[\w.-]{8,}", 0, MASK),
        (r"\b(?:sk|rk|pk|whsec)_(?:live_|test_)?\w{8,}", 0, MASK),
        (r"\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}", 0, MASK),
        (r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", 0, MASK),
        (r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*", 0, MASK),
        (
            r"((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}://)[^\s/@:]{0,200}:[^\s/@]{1,500}@",
            re.IGNORECASE,
            rf"\1{MASK}@",
        ),
        (
            rf"((?:{_KEYS})\w{{0,40}}[\"']?\s{{0,5}}[:=]\s{{0,5}})(\"[^\"]{{0,2000}}\"|'[^']{{0,2000}}'|[^\s,;&\"']+)",
            re.IGNORECASE,
            rf"\1{MASK}",
        ),
    )
)
_PERCENT = re.compile(r"%[0-9A-F]{2}")
_WORD = re.compile(r"[^\W\d_]+[.:]?")
_CARD = re.compile(r"\b(?:[3-6]\d|2[2-7])(?:[ -]?\d){11,17}\b")  # as the networks number them: no date begins so


class Redactor:
    """Replaces secrets by dots. Known values are found as addresses, forms, JSON, HTML and base64 write them, too."""

    def __init__(self, secrets: Iterable[str] = (), *, prose: bool = False) -> None:
        """`prose`: the text is our own sentences, in which a word after "SLACK_BOT_TOKEN:" is a word."""
        found = {form for secret in secrets for form in _forms(secret) if len(form) >= _SHORTEST}
        longest_first = sorted(found, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if found else None
        self._prose = prose

    def holds(self, text: str) -> bool:
        """Whether a known value stands in it; what only looks like a secret does not count."""
        return self._known is not None and self._known.search(text) is not None

    def redact(self, text: str) -> str:
        if self._known:
            text = self._known.sub(MASK, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(self._unless_said if self._prose and pattern is _PATTERNS[-1][0] else replacement, text)
        return _CARD.sub(lambda m: MASK if _luhn(m.group()) else m.group(), text)

    @staticmethod
    def _unless_said(found: re.Match[str]) -> str:
        return found[0] if _WORD.fullmatch(found[2]) else f"{found[1]}{MASK}"


def _forms(secret: str) -> set[str]:
    """The value itself, a URL's password by itself, and how both look inside URLs and JSON."""
    values = {secret.strip()}
    if "://" in secret:
        password = urlsplit(secret).password or ""
        values |= {password, unquote(password)}
    return {form for v in values for form in _written(v)}


def _written(value: str) -> Iterator[str]:
    """As it stands in addresses, forms, JSON (also within JSON), HTML, and in base64."""
    yield value
    for quoted in (quote(value, safe=""), quote(value), quote_plus(value), quote_plus(value, safe="/")):
        yield from (quoted, _PERCENT.sub(lambda found: found[0].lower(), quoted))
    for plain in (True, False):
        once = json.dumps(value, ensure_ascii=plain)[1:-1]
        yield from (once, once.replace("/", r"\/"), json.dumps(once, ensure_ascii=plain)[1:-1])
    yield html.escape(value)
    yield b64encode(value.encode()).decode().rstrip("=")


def _luhn(text: str) -> bool:
    digits = [int(c) for c in text if c.isdigit()]
    doubled = (sum(divmod(2 * d, 10)) for d in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
