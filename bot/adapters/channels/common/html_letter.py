"""Reads a letter's HTML as lines, with the mail program's own marks: quoted, introducing, older.

Own code on purpose, as in `markup`: one pass, whatever a stranger sends.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple

from bot.adapters.channels.common.markup import SILENT, TAG
from bot.adapters.channels.common.quotes import Line, Mark

LONGEST_MARKUP = 400_000
DEEPEST = 200
"""Elements that are open at once; what is deeper counts as its parent."""
VOID = frozenset({"br", "img", "hr", "wbr", "input", "meta", "link", "col", "area", "base", "embed", "source", "param"})
BLOCKS = frozenset(
    {
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "tbody",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
    }
    | {
        "section",
        "article",
        "header",
        "footer",
        "center",
        "dl",
        "dt",
        "dd",
        "address",
        "fieldset",
        "form",
        "body",
        "html",
    }
)
INVISIBLE = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
HIDDEN = re.compile(r"\shidden(?:[\s=/>]|$)", re.IGNORECASE)
NAMES = re.compile(
    r"\b(?:class|id|name|type|data-marker)\s*=\s*(?:\"([^\"]{1,300})\"|'([^']{1,300})'|([^\s\"'>]{1,300}))",
    re.IGNORECASE,
)
RULED = re.compile(
    r"border-top\s*:[^;\"]{0,40}(?:e1e1e1|b5c4df|225, ?225, ?225|181, ?196, ?223|windowtext)", re.IGNORECASE
)
GMX = re.compile(r"<div\b[^>]{0,40}\sname=\"quote\"", re.IGNORECASE)
PREFIX = re.compile(r"(?:x_)?(?:ydp[0-9a-f]{1,16}(?=[g-z_]))?")
"""Outlook's and Yahoo's: "x_gmail_quote", "ydp8e6c3b5ayahoo_quoted"."""
SPACE = re.compile(r"[ \t\r\n\f\v]+")
UNSEEN = re.compile("[\u00ad\u034f\u200b-\u200d\u2060\ufeff]")
"""What newsletters and editors write between words so that nobody sees it."""

CITES = frozenset(
    {"gmail_quote_attribution", "yahoo_quoted", "protonmail_quote", "tutanota_quote", "zmail_extra", "front-blockquote"}
    | {
        "missive_quote",
        "messagereplysection",
        "__quoted_text__",
        "isreplycontent",
        "ms-outlook-mobile-reference-message",
    }
    | {"mail-editor-reference-message-container", "olk_src_body_section", "hmmessage_quote", "sh-quoted-content"}
    | {
        "superhuman-quoted-content",
        "superhuman_quote",
        "reply_content",
        "mailcontainer_quote",
        "quoted-text",
        "hey-quote",
    }
    | {"ydp-yahoo-quoted", "mail_quote", "wisestamp_quote", "aolreplycontainer", "replaced-quote", "ntes_reply"}
)
"""Elements around an earlier mail, by class, id or name."""
HEADS = frozenset({"gmail_attr", "moz-cite-prefix", "reply-intro", "aqm-attribution", "protonmail_attribution"})
OLDER = frozenset({"divrplyfwdmsg", "outlookmessageheader", "stopspelling"})
CITING = frozenset({"cite", "gmail_quote", "protonmail_quote", "tutanota_quote", "spark_quote", "mori", "iosymail"})
"""A <blockquote> of a mail program; one without a mark may be the writer's own."""


class Frame(NamedTuple):
    name: str
    silent: bool
    pre: bool
    mark: Mark


@dataclass
class Page:
    """What is read so far. `older` is set from where an element says that all that follows is the earlier mail."""

    lines: list[Line] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    stack: list[Frame] = field(default_factory=lambda: [Frame("", silent=False, pre=False, mark=Mark.OWN)])
    mark: Mark = Mark.OWN
    older: bool = False
    pictures: int = 0
    hidden: int = 0

    def say(self, text: str) -> None:
        top = self.stack[-1]
        if top.silent:
            self.hidden += len(text.strip())
            return
        seen = UNSEEN.sub("", unescape(text))
        for number, part in enumerate(seen.split("\n") if top.pre else [SPACE.sub(" ", seen)]):
            if number:
                self.end(forced=True)
            if part.strip() and not "".join(self.words).strip():
                self.mark = self._mark()
            self.words.append(part)

    def _mark(self) -> Mark:
        mark = self.stack[-1].mark
        return Mark.OLDER if self.older and mark in {Mark.OWN, Mark.RULED} else mark

    def end(self, *, forced: bool = False) -> None:
        """A line ends; an empty one counts only where it is wanted."""
        text = "".join(self.words).replace("\xa0", " ")
        text = text.rstrip() if self.stack[-1].pre else SPACE.sub(" ", text).strip()
        if text or forced:
            mark = self.mark if text else self._mark()
            quoted = f"> {text}".rstrip() if mark is Mark.QUOTED else text
            self.lines.append(Line(quoted, mark))
        self.words = []


def lines_of_html(markup: str) -> tuple[list[Line], int]:
    """The lines, and how many pictures stand between them."""
    page = _read(markup)
    if not any(line.text for line in page.lines) and page.hidden:
        page = _read(markup, hide=False)
    return page.lines, page.pictures


def _read(markup: str, *, hide: bool = True) -> Page:
    page, position, comment = Page(), 0, False
    markup = markup[:LONGEST_MARKUP]
    for tag in TAG.finditer(markup):
        if comment:
            comment = not tag[0].endswith("-->")
        else:
            page.say(markup[position : tag.start()])
            comment = bool(tag["begin"])
            _tag(page, tag, hide=hide)
        position = tag.end()
    if not comment:
        page.say(markup[position:])
    page.end()
    return page


def _tag(page: Page, tag: re.Match[str], *, hide: bool) -> None:
    name = (tag["name"] or "").lower()
    if not name:
        return
    if name == "br":
        page.end(forced=True)
    elif name == "img":
        page.pictures += not page.stack[-1].silent and not INVISIBLE.search(tag[0]) and not _tiny(tag[0])
    elif name in {"td", "th"} and not tag["close"]:
        page.words.append(" ")
    if name in BLOCKS:
        page.end()
    if tag["close"]:
        _close(page, name)
    else:
        _open(page, name, tag[0], hide=hide)
    if name == "li" and not tag["close"]:
        page.say("- ")


def _tiny(tag: str) -> bool:
    """A newsletter's counting dot; and what has a part of its own is counted there."""
    return "cid:" in tag or bool(
        re.search(r"(?:width|height)\s*[=:]\s*[\"']?[01](?:px)?[\s\"';>/]", tag, re.IGNORECASE)
    )


def _close(page: Page, name: str) -> None:
    for at in range(len(page.stack) - 1, max(0, len(page.stack) - DEEPEST), -1):
        if page.stack[at].name == name:
            del page.stack[at:]
            return


def _open(page: Page, name: str, tag: str, *, hide: bool) -> None:
    above = page.stack[-1]
    names = _names(tag) if len(tag) > len(name) + 2 else frozenset()
    if OLDER & names and above.mark is Mark.OWN:
        page.older = True
    if name in VOID or len(page.stack) >= DEEPEST:
        return
    silent = above.silent or name in SILENT or (hide and bool(INVISIBLE.search(tag) or HIDDEN.search(tag)))
    page.stack.append(Frame(name, silent, above.pre or name == "pre", _marked(name, names, tag, above.mark)))


def _names(tag: str) -> frozenset[str]:
    """As they were before a mail program wrote something of its own in front."""
    found = (each for groups in NAMES.findall(tag[:2_000]) for each in "".join(groups).lower().split())
    return frozenset(PREFIX.sub("", each, count=1) for each in found)


def _marked(name: str, names: frozenset[str], tag: str, above: Mark) -> Mark:
    if above in {Mark.CITED, Mark.HEAD}:
        return above
    if names & CITES or (names & CITING and name == "blockquote") or GMX.search(tag):
        return Mark.CITED
    if names & HEADS:
        return Mark.HEAD
    if name == "blockquote":
        return Mark.QUOTED
    return Mark.RULED if above is Mark.OWN and name == "div" and RULED.search(tag) else above
