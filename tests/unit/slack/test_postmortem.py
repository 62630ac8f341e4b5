"""The post-mortem as a page, as Markdown and as JSON, judged by an HTML parser, a Markdown parser and a published schema."""

import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import jsonschema
import pytest
from hypothesis import given as any_
from hypothesis import settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.bug.course.conversation import Pinned, Said
from bot.bug.course.course import Fixed, Reopened
from bot.bug.customers.customers import CustomerJoined, CustomerWrote
from bot.bug.errors import NotFound
from bot.bug.fixes.asking import FixAsked, FixPreviewed, FixSecrets
from bot.bug.fixes.looks import LookAsked, Looked, Probed
from bot.bug.fixes.run import FixEnded, FixProgressed, FixStarted
from bot.bug.retro import lesson, tasks
from bot.bug.retro.postmortem import fold, schema
from bot.bug.retro.tasks import TaskCardMade, Wanted
from bot.bug.telling.by_hand import WroteOutside
from bot.bug.values import CustomerHint
from bot.production.redaction import MASK, Redactor
from bot.slack.views.retro import page, postmortem
from tests.unit.bug.story import ANNA, BEN, MONDAY, PRODUCTION, Story, claimed, opened, told, waiting
from tests.unit.bug.telling import CHAT, minutes, paid, wrote
from tests.unit.slack.test_retro_view import EVIL, hostile

NAMES = {ANNA: "anna", BEN: "ben", "source:bugsnag": "bugsnag", "system:makegood": "makegood"}
SCHEMA = Path(__file__).parents[3] / "docs" / "postmortem.schema.json"
XHTML = "{http://www.w3.org/1999/xhtml}"
REDACT = Redactor().redact
LOADS = {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "base", "form", "image", "use"}


def answered() -> Story:
    """The minutes, paid, with probes, answers, a task and a pin."""
    story = paid()
    story.then(Probed(probe="menu page", when="before", ok=False, said="500", run=1), PRODUCTION)
    story.then(Probed(probe="menu page", when="after", ok=True, said="200", run=1), PRODUCTION)
    story.then(lesson.answers(story.bug, "nobody tests menus without a crud", ("no_test", "data"), "quick, and alone"))
    story.then(tasks.add(story.bug, [Wanted("a test", BEN, story.now + timedelta(days=4))], story.now))
    story.then(TaskCardMade(task=1, id="5f", url="https://trello.com/c/ab"))
    return story.then(Pinned(ts="1.2", via="pin", at=MONDAY, user=BEN, text="the crud was missing"))


def written(story: Story) -> str:
    return page.html(fold(story.facts), NAMES, REDACT)


def parsed(text: str) -> Element:
    """By the standard's own rules; any mistake in it is an error."""
    root: Element = html5lib.HTMLParser(strict=True).parse(text)
    return root


def words(text: str) -> str:
    return " ".join(" ".join(parsed(text).itertext()).split())


def rows(text: str) -> list[list[str]]:
    """Cells of the timeline."""
    table = next(x for x in parsed(text).iter(f"{XHTML}table") if x.get("class") == "times")
    return [["".join(c.itertext()) for c in row] for row in table.iter(f"{XHTML}tr") if len(row) == 4][1:]


def test_the_page_is_html_as_the_standard_has_it_and_says_everything() -> None:
    said = words(written(answered()))
    for part in (
        "Post-mortem · BUG-17 closed Menu page fails",
        "How did it get into production? No test covered it, data that nobody expected · nobody tests menus without a crud anna",
        "How did we do? quick, and alone anna",
        "☐ a test · ben · by ",
        "Took 4 min estimated 10 min",
        "Given €5 credit + 5 days until 2025-12-03",
        "5 days until 2025-12-03 · Ada",
        "preview: 1 row",
        "approved by ben",
        "menu page run 1 ✗ 500 ✓ 200",
        "What can I do?",
        "ben to Ada We see it.",
        "the crud was missing",
        "the index was never checked",
    ):
        assert part in said, part


@pytest.mark.parametrize("story", [opened(), claimed(), minutes(), answered()], ids=["open", "claimed", "told", "all"])
def test_any_state_makes_a_page_a_text_and_json(story: Story) -> None:
    told_ = fold(story.facts)
    assert "BUG-17" in words(page.html(told_, {}, REDACT))
    assert postmortem.markdown(told_, {}, REDACT).startswith("# Post-mortem of BUG-17 Menu page fails\n")
    jsonschema.validate(json.loads(postmortem.as_json(told_, REDACT)), json.loads(SCHEMA.read_text("utf-8")))


def test_nothing_is_loaded_from_anywhere_and_no_script_runs() -> None:
    tags = list(parsed(written(answered())).iter())
    assert not {str(tag.tag).rpartition("}")[2] for tag in tags} & LOADS
    assert not [
        a for tag in tags for a in tag.attrib if a.startswith("on") or a in {"src", "srcset", "style", "action"}
    ]
    style = next(tag.text or "" for tag in tags if str(tag.tag).endswith("}style"))
    assert not re.search(r"url\(|@import", style)
    assert "prefers-color-scheme: dark" in style


def test_links_lead_only_to_pages() -> None:
    story = answered().then(TaskCardMade(task=1, id="5f", url="javascript:alert(1)"))
    links = [a.get("href") for a in parsed(written(story)).iter(f"{XHTML}a")]
    assert links == []
    assert [a.get("href") for a in parsed(written(answered())).iter(f"{XHTML}a")] == ["https://trello.com/c/ab"]


@settings(max_examples=30, deadline=None)
@any_(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=120) | st.just(EVIL) | st.just("</style><script>x"))
def test_nothing_from_outside_is_markup(text: str) -> None:
    known = {str(tag.tag) for tag in parsed(written(hostile("plain"))).iter()}
    made = parsed(page.html(fold(hostile(text).facts), {ANNA: text.replace("<", "&lt;")}, REDACT))
    assert {str(tag.tag) for tag in made.iter()} <= known | {f"{XHTML}a"}


def test_markdown_is_read_by_another_reader_as_it_was_meant() -> None:
    text = postmortem.markdown(fold(answered().facts), NAMES, REDACT)
    tokens = MarkdownIt("commonmark", {"html": True}).parse(text)
    heads = [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open"]
    assert heads[:5] == ["Post-mortem of BUG-17 Menu page fails", "In short", "Answers", "What we change", "Timeline"]
    assert {"Probes", "What customers wrote and read", "Pinned"} <= set(heads)
    assert not [t for t in tokens if t.type in {"html_block", "html_inline", "code_block", "fence"}]


def test_markdown_from_outside_stays_text() -> None:
    text = postmortem.markdown(fold(hostile("<b>x</b> [y](http://z) *w* `v` ![i](j) # h").facts), {}, REDACT)
    inline = [c for t in MarkdownIt("commonmark").parse(text) for c in t.children or ()]
    assert {c.type for c in inline} <= {
        "text",
        "strong_open",
        "strong_close",
        "softbreak",
        "code_inline",
        "text_special",
    }


# ---- both clocks


def test_the_timeline_has_our_clock_and_the_customers() -> None:
    told_ = rows(written(paid()))
    shown = {said.split(":")[0][:24]: (ours, theirs) for _, ours, theirs, said in told_}
    assert shown["anna has it"] == ("+1 min", "")
    assert shown["ben answers Ada"] == ("+2 min", "1 min")
    assert shown["It works again"] == ("+5 min", "4 min")
    assert shown["anna tells Ada"] == ("+6 min", "5 min")
    assert shown["anna paid the proper fix"] == ("+24 h 17 min", "")


def test_who_waits_anew_has_two_stretches() -> None:
    story = told(waiting(claimed()).then(Fixed(how="word"), after=5))
    story.then(Reopened(reason="500 again"), after=10)
    story.then(Fixed(how="word"), after=20)
    waits = fold(told(story).facts).waits
    assert [(w.customer, w.until is not None) for w in waits] == [("Ada", True), ("Ada", True)]
    assert waits[0].until
    assert waits[0].until < waits[1].since


def test_two_who_turn_out_to_be_one_wait_once() -> None:
    story = waiting(claimed())
    story.then(CustomerJoined(customer="c2", hint=CustomerHint(name="Visitor"), via="chatwoot", source="chatwoot"))
    story.then(CustomerJoined(customer="c1", hint=CustomerHint(email="ada@example.com"), via="chatwoot", same="c2"))
    assert [w.customer for w in fold(story.facts).waits] == ["Ada"]


def test_the_picture_has_a_lane_for_each_who_waited_longest_and_says_how_many_it_leaves_out() -> None:
    story = claimed()
    for i in range(10):
        hint = CustomerHint(name=f"Visitor {i}")
        story.then(CustomerJoined(customer=f"c{i}", hint=hint, via="chatwoot", source="chatwoot"), after=1)
    text = written(story.then(Fixed(how="word"), after=5))
    lanes = list(parsed(text).iter("{http://www.w3.org/2000/svg}rect"))
    assert len(lanes) == 8
    assert "and 2 more who waited shorter" in words(text)
    places = re.findall(r'(?:cx|x|width|x1|x2)="(-?[\d.]+)%"', text)
    assert all(0 <= float(place) <= 100 for place in places)


# ---- what never stands in it


def test_no_secret_and_no_row_of_a_look_stands_in_any_form() -> None:
    token = "xoxb-" + "1" * 12
    story = claimed().then(LookAsked(look="account", params={"id": "7"}))
    story.then(Looked(look="account", asked=story.bug.seq, count=1, rows=({"name": "ROW-OF-A-LOOK"},)), PRODUCTION)
    story.then(FixAsked(run=1, action="rotate", params={"key": "•••"}, reason=f"the token {token} leaked"))
    story.then(FixSecrets(run=1, values={"key": "SECRET-PARAMETER"}), PRODUCTION)
    preview = {"run": 1, "digest": "d1", "target": "shop", "lock_key": "k", "summary": "1 row", "text": "STATEMENT"}
    story.then(FixPreviewed.model_validate(preview | {"rows": ({"name": "ROW-OF-A-PREVIEW"},)}), PRODUCTION)
    story.then(FixStarted(run=1, deadline=MONDAY + timedelta(hours=1)), PRODUCTION)
    story.then(FixProgressed(run=1, text="OUTPUT", kept="KEPT"), PRODUCTION)
    story.then(FixEnded(run=1, state="succeeded", summary="1 row changed", image="IMAGE"), PRODUCTION)
    story.then(Said(user=BEN, ts="1.1", text=f"use {token}, password: hunter22"))
    told_ = fold(story.facts)
    for made in (
        page.html(told_, {}, REDACT),
        postmortem.markdown(told_, {}, REDACT),
        postmortem.as_json(told_, REDACT),
    ):
        assert MASK in made
        for hidden in (token, "hunter22", "ROW-OF", "SECRET-PARAMETER", "STATEMENT", "OUTPUT", "KEPT", "IMAGE"):
            assert hidden not in made, hidden


def test_the_preview_is_what_people_saw_and_not_what_came_of_it() -> None:
    story = minutes()
    (preview,) = fold(story.facts).previews
    asked_for = next(x.event for x in story.facts if isinstance(x.event, FixPreviewed))
    assert preview.previewed == asked_for.summary != story.bug.fixes[0].summary


def test_a_pin_of_another_day_says_its_day_and_one_without_words_that_it_is_a_picture() -> None:
    story = minutes().then(Pinned(ts="1.3", via="pin", at=MONDAY + timedelta(days=2), user=BEN, text=""))
    assert "Wed 26 Nov 2025 14:00 ben: (a picture, no words)" in words(written(story))


def test_a_letter_that_was_taken_back_was_read_by_nobody() -> None:
    story = waiting(claimed())
    wrote(story, "hello?")
    assert [w.text for w in fold(story.facts).words if not w.ours][-1] == "hello?"


def test_a_customer_whom_nobody_knows_any_more_still_said_it() -> None:
    story = claimed().then(CustomerWrote(customer="c9", text="hi", at=MONDAY), CHAT)
    assert [(w.customer, w.text) for w in fold(story.facts).words] == [("a customer", "hi")]


def test_what_was_written_outside_of_makegood_is_ours_too() -> None:
    wrote = WroteOutside(customer="c1", text="We saw it", at=MONDAY, source="chatwoot", writer="Sam")
    last = fold(claimed().then(wrote, CHAT).facts).words[-1]
    assert (last.ours, last.text) == (True, "We saw it")


def test_a_trail_without_entries_has_no_post_mortem() -> None:
    with pytest.raises(NotFound):
        fold([])


def test_the_published_schema_is_the_one_that_is_kept() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert json.loads(SCHEMA.read_text("utf-8")) == schema(), "`make schema` renews it"


@pytest.mark.parametrize(
    "secret", ["sk_live_51HabcdefGHIJKLmn", "ghp_abcdefghijklmnopqrst0123", "p_a*ss&word<1>", "postgres://u:pa_ss@h/db"]
)
def test_a_secret_is_masked_in_every_form_before_its_letters_are_escaped(secret: str) -> None:
    redact = Redactor(["p_a*ss&word<1>"]).redact
    story = answered().then(Pinned(ts="1.3", via="pin", at=MONDAY, user=BEN, text=f"I used {secret} to try it"))
    story.then(TaskCardMade(task=1, id="5f", url=f"https://trello.com/c/{secret}"))
    told_, names = fold(story.facts), {**NAMES, BEN: secret}
    for text in (
        page.html(told_, names, redact),
        postmortem.markdown(told_, names, redact),
        postmortem.as_json(told_, redact),
    ):
        bare = unescape(text.replace("\\", ""))
        assert secret not in bare
        assert "pa_ss@h" not in bare
        assert MASK in bare
