"""Reads which bugs a pull request names, and which of them it says it fixes. Pure; docs/pull-requests.md says the rules.

Paying by mistake is worse than not paying: an unpaid debt asks again, a paid one is forgotten. So a bug that is named without a
word of fixing is only mentioned.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.bug.values import Frozen

_NUMBER = r"(\d{1,9})(?!\w|-\d|\.\d)"
_BUG = re.compile(rf"(?<![\w.#@-])(?<!(?<!\d)/)BUG-{_NUMBER}", re.IGNORECASE)
_ON_BRANCH = re.compile(r"(?:^|[/_-])bug[-_](\d{1,9})(?=$|[/_-])", re.IGNORECASE)
_ITEM = r"(?:BUG-\d{1,9}(?!\w|-\d|\.\d)|[\w./-]*#\d+)"
_FIXES = re.compile(
    r"\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)\b"
    rf"(?:\s+for)?\s*:?\s*(?:(?:the\s+)?(?:bug|issue)(?:s|\(s\))?:?\s+)?({_ITEM}(?:(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+|\s*[&/]\s*){_ITEM})*)",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\bnot|\bcannot|n['’]t|\bnever|\bwithout|\bno|\bpart(?:ly|ially)|\bhalf)\s+(?:\w+\s+){0,2}$", re.IGNORECASE
)
_ONLY_ABOUT = re.compile(
    r"(?:\b(?:part of|refs?|references?|relate[sd]? to|see(?: also)?|towards?|contributes to|follow[- ]?up (?:to|of|on|for)|after|before"
    r"|since|because of|caused by|introduced (?:by|in|with)|tests? for|reverts?|undo(?:es)?|un?like|as in)\s*:?|n['’]t \w+|\bnot \w+)\s*$",
    re.IGNORECASE,
)
_REVERTS = re.compile(
    r"^\s*(?:this\s+)?reverts?\s+(?:pull\s+request\s+|merge\s+request\s+)?([\w.-]+(?:/[\w.-]+)+)?[#!](\d{1,9})\b",
    re.IGNORECASE | re.MULTILINE,
)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»|`[^`\n]*`")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FOREIGN_HTML = re.compile(r"<(pre|code|blockquote|s|del)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_UNTICKED = re.compile(r"^\[ \]\s")


class Named(Frozen):
    """Numbers of bugs. `reverts` is the number of the pull request that this one takes back; 0: none."""

    fixes: tuple[int, ...] = ()
    mentions: tuple[int, ...] = ()
    reverts: int = 0


def named(title: str, body: str, branch: str, repository: str) -> Named:
    """What the texts of one pull request say. `repository` as "acme/shop": what another one reverts is another's."""
    texts = tuple(_texts(body))
    fixes = _distinct([*_by_title(title), *_by_branch(branch), *(n for text in texts for n in _by_words(text))])
    every = _distinct(int(n) for text in (title, *texts) for n in _BUG.findall(_URL.sub(" ", text)))
    return Named(
        fixes=fixes,
        mentions=tuple(n for n in every if n not in fixes),
        reverts=next((n for text in texts if (n := _reverts(text, repository))), 0),
    )


def _by_title(title: str) -> Iterator[int]:
    """A pull request that is called after a bug fixes it, unless the words before its name say otherwise."""
    own = _QUOTED.sub(lambda quote: " " * len(quote[0]), _URL.sub(" ", title))
    for found in _BUG.finditer(own):
        if not _ONLY_ABOUT.search(own[: found.start()]):
            yield int(found[1])


def _by_branch(branch: str) -> Iterator[int]:
    if not branch.lower().startswith("revert"):
        yield from map(int, _ON_BRANCH.findall(branch))


def _by_words(text: str) -> Iterator[int]:
    """By the forges' own words for closing an issue. A box that nobody has ticked says nothing yet."""
    own = _QUOTED.sub(" ", _URL.sub(" ", text))
    for found in _FIXES.finditer(own):
        if not (_DENIED.search(own[: found.start()]) or _UNTICKED.match(own)):
            yield from map(int, _BUG.findall(found[1]))


def _reverts(text: str, repository: str) -> int:
    found = _REVERTS.search(text)
    ours = found and (not found[1] or found[1].casefold() == repository.casefold())
    return int(found[2]) if found and ours else 0


def _texts(body: str) -> Iterator[str]:
    """The paragraphs that its author wrote: no code, no quotation, no comment of a template, nothing struck through."""
    quoted = 0
    for token in _parser().parse(body):
        quoted += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if quoted:
            continue
        if token.type == "inline":
            yield _COMMENT.sub(" ", "".join(_words(token.children or ())))
        elif token.type == "html_block":
            yield _TAG.sub(" ", _FOREIGN_HTML.sub(" ", _COMMENT.sub(" ", token.content)))


def _words(children: Iterable[Token]) -> Iterator[str]:
    struck = 0
    for child in children:
        struck += {"s_open": 1, "s_close": -1}.get(child.type, 0)
        if child.type in {"softbreak", "hardbreak"}:
            yield "\n"
        elif child.type == "text" and not struck:
            yield child.content
        elif child.type == "code_inline":
            yield " … "  # what stands around code does not belong together: "fixes `x` BUG-1"


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _distinct(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))
