"""Cuts the quoted mail off an answer, in one pass over its lines.

Own code on purpose: mail-parser-reply's patterns take a minute for some 4,000 characters ("Am Am Am …"), and it is a
stranger who chooses them.
"""

import re

LONGEST_LINE = 300
"""A line that introduces a quotation is short; longer ones are not even looked at."""
WRAPPED = (3, 2, 1)
"""Lines over which mail programs spread "On …, … wrote:"."""

SEPARATOR = re.compile(r"-{3,} ?[^-]{3,60} ?-{3,}|_{20,}")
OPENS = re.compile(r"\W{0,3}(?:On|Am|Le|El|Il|Op|W dniu|Em|Den)\s", re.IGNORECASE)
WROTE = re.compile(r"\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|napisał|escreveu|skrev)\b[^:]{0,200}:$")
FROM = re.compile(r"\W{0,3}(?:From|Von|De|Da|Van|Od|Från|Fra)\W{0,3}:", re.IGNORECASE)
SENT = re.compile(
    r"\W{0,3}(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Fecha|Inviato|Data|Verzonden|Wysłano|Skickat)\W{0,3}:",
    re.IGNORECASE,
)


def without_quotes(text: str) -> str:
    """What the writer added above, below or between quoted lines; empty where everything is quoted."""
    lines = [line.rstrip() for line in text.splitlines()]
    kept: list[str] = []
    for number, line in enumerate(lines):
        if _older_mail_or_signature(lines[number : number + 5]):
            break
        if introducing := _introduction(kept, line):
            del kept[len(kept) - introducing + 1 :]
            if not _quoted(lines[number + 1 : number + 4]):
                break
        elif not line.startswith(">"):
            kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _older_mail_or_signature(lines: list[str]) -> bool:
    first, following = lines[0], [line[:LONGEST_LINE] for line in lines[1:]]
    if first == "--":
        return True
    if SEPARATOR.fullmatch(first[:LONGEST_LINE]):
        return any(FROM.match(line) for line in following)
    return bool(FROM.match(first[:LONGEST_LINE])) and any(SENT.match(line) for line in following)


def _introduction(before: list[str], line: str) -> int:
    """How many lines, this one and those before it, say "On Sunday, Support <…> wrote:"; 0 where none does."""
    if not line.endswith(":"):
        return 0
    for count in WRAPPED:
        block = [*before[len(before) - count + 1 :], line]
        said = " ".join(block)
        fits = len(block) == count and all(block) and len(said) <= LONGEST_LINE and WROTE.search(said)
        if fits and (OPENS.match(said) or (count == 1 and "@" in said)):
            return count
    return 0


def _quoted(lines: list[str]) -> bool:
    return next((line for line in lines if line), "").startswith(">")
