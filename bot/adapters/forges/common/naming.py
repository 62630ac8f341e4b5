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
_ON_BRANCH = re.compile(r"^(?:\w+/)?(?:(?:bug|hot)?fix[-_])?bug[-_](\d{1,9})(?=$|[/_-])", re.IGNORECASE)
_NO_FIX = re.compile(
    r"(?:^|[/_-])(?:revert|debug|repro\w*|tests?|wip|investigat\w*|spike|try|experiment|workaround|poc|docs?|chore|back-?out|roll-?back"
    r"|log|logs|logging)(?=$|[/_-])",
    re.IGNORECASE,
)
"""Branches that are called after a bug for another reason than its fix."""
_ITEM = r"(?:BUG-\d{1,9}(?!\w|-\d|\.\d)|[\w./-]*#\d+)"
_FIXES = re.compile(
    r"\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)\b"
    rf"(?:\s+for)?\s*:?\s*(?:(?:the\s+)?(?:bug|issue)(?:s|\(s\))?:?\s+)?({_ITEM}(?:(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+|\s*[&/]\s*){_ITEM})*)",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"\b(?:clos(?:e[sd]?|ing)|(?:bug|hot)?fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)\b",
    re.IGNORECASE,
)
_DENIALS = """
    not cannot never without no nothing nobody part partly partial partially half will would won should could might shall
    need needs needed want wants has_to have_to had_to going_to to_do todo todos wip try tries tried trying attempt attempts
    attempted fail fails failed failing failure until unless if once whether instead rather before hope hopes supposed
    supposedly claim claims claimed later eventually someday tomorrow soon yet follow_up follow_ups investigate investigates
    investigating investigation work_around work_arounds workaround workarounds temporary temporarily stop_gap back_out backs_out
    backed_out backing_out backout roll_back rolls_back rolled_back rolling_back rollback revert reverts reverted reverting undo
    undoes undone block blocks blocked depend depends repro reproduce reproduces reproduction debug debugging logging hide hides
    skip skips skipped
"""
_DENIED = re.compile(rf"\b(?:{'|'.join(_DENIALS.split()).replace('_', '[ -]?')})\b|n['’]t\b|['’]ll\b|\?", re.IGNORECASE)
"""Words that deny or postpone: wherever one stands in the sentence, nothing in it is said to be fixed."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n(?!\W*BUG-)(?=\W*[A-Z])")
_BEGINS = re.compile(r"^\W*(?:draft:\s*)?\W*$", re.IGNORECASE)
_ROBOTS = re.compile(r"^(?:dependabot|renovate|snyk|pyup|greenkeeper|depfu|scala-steward)\b", re.IGNORECASE)
_KEEPS_OUT = re.compile(r"<(/?)(?:details|pre|code|blockquote|s|del)\b[^>]*>", re.IGNORECASE)
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
_TAG = re.compile(r"<[^>]*>")
_UNTICKED = re.compile(r"^\[ \]\s")


class Named(Frozen):
    """Numbers of bugs. `reverts` is the number of the pull request that this one takes back; 0: none."""

    fixes: tuple[int, ...] = ()
    mentions: tuple[int, ...] = ()
    reverts: int = 0


def named(title: str, body: str, branch: str, repository: str, author: str = "") -> Named:
    """What the texts of one pull request say. `repository` as "acme/shop": what another one reverts is another's."""
    every_text = tuple(_texts(body))
    robot = _ROBOTS.match(branch) or author.endswith("[bot]")
    texts = () if robot else every_text  # theirs are the changelogs of others
    fixes = _distinct([*_by_title(title), *_by_branch(branch), *(n for text in texts for n in _by_words(text))])
    every = _distinct(int(n) for text in (title, *texts) for n in _BUG.findall(_URL.sub(" ", text)))
    return Named(
        fixes=fixes,
        mentions=tuple(n for n in every if n not in fixes),
        reverts=next((n for text in every_text if (n := _reverts(text, repository))), 0),
    )


def _by_title(title: str) -> Iterator[int]:
    """One that begins with a bug's name, or says before it that it fixes it, unless other words of the title deny that."""
    own = _QUOTED.sub(lambda quote: " " * len(quote[0]), _URL.sub(" ", title))
    if _DENIED.search(own):
        return
    for found in _BUG.finditer(own):
        before = own[: found.start()]
        if not _ONLY_ABOUT.search(before) and (_BEGINS.match(_BUG.sub("", before)) or _CLOSES.search(before)):
            yield int(found[1])


def _by_branch(branch: str) -> Iterator[int]:
    if not (branch.lower().startswith("revert") or _NO_FIX.search(branch)):
        yield from map(int, _ON_BRANCH.findall(branch))


def _by_words(text: str) -> Iterator[int]:
    """By the forges' own words for closing an issue. A box that nobody has ticked says nothing yet."""
    own = _QUOTED.sub(" ", _URL.sub(" ", text))
    if _UNTICKED.match(own):
        return
    for sentence in _SENTENCE.split(own):
        if not _DENIED.search(sentence):
            yield from (int(n) for found in _FIXES.finditer(sentence) for n in _BUG.findall(found[1]))


def _reverts(text: str, repository: str) -> int:
    found = _REVERTS.search(text)
    ours = found and (not found[1] or found[1].casefold() == repository.casefold())
    return int(found[2]) if found and ours else 0


def _texts(body: str) -> Iterator[str]:
    """The paragraphs that its author wrote: no code, quotation or comment of a template, nothing struck through or folded away."""
    quoted, out = 0, _Outside()
    for token in _parser().parse(body):
        quoted += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if quoted:
            continue
        if token.type == "inline":
            yield _COMMENT.sub(" ", "".join(_words(token.children or (), out)))
        elif token.type == "html_block":
            yield _TAG.sub(" ", out.of(_COMMENT.sub(" ", token.content)))


class _Outside:
    """What stands outside of the HTML that quotes, strikes through or folds away; it may reach over several paragraphs."""

    def __init__(self) -> None:
        self.depth = 0

    def of(self, html: str) -> str:
        kept, at = [], 0
        for tag in _KEEPS_OUT.finditer(html):
            kept.append("" if self.depth else html[at : tag.start()])
            self.depth = max(0, self.depth + (-1 if tag[1] else 1))
            at = tag.end()
        return " ".join((*kept, "" if self.depth else html[at:]))


def _words(children: Iterable[Token], out: _Outside) -> Iterator[str]:
    struck = 0
    for child in children:
        struck += {"s_open": 1, "s_close": -1}.get(child.type, 0)
        if child.type in {"softbreak", "hardbreak"}:
            yield "\n"
        elif child.type == "text" and not (struck or out.depth):
            yield child.content
        elif child.type == "html_inline":
            out.of(child.content)
        elif child.type == "code_inline":
            yield " … "  # what stands around code does not belong together: "fixes `x` BUG-1"


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _distinct(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))
