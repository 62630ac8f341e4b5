"""What an earlier letter said is cut, in the language of the mail program; what the customer wrote never is."""

import time
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.channels.common.html_letter import lines_of_html
from bot.adapters.channels.common.mime import new_lines, new_text
from tests.unit.channels.introductions import FORWARDS, HEADS, ORIGINALS, OVER_QUOTES

NEW = "Still broken here.\n\nMia"
EARLIER = "We see it.\nBack by ten, the queue of worker 7 is stuck.\n\nSam"
FORWARDED = "From: B <b@shop.example>\nDate: Sun, 29 Nov 2026\nSubject: Card\nTo: m@x.example\n\nWe charged 2 x 49 EUR."
MARKED = "\n".join(f"> {line}".rstrip() for line in EARLIER.splitlines())


def head(language: str) -> str:
    sender, sent, to, subject, date = HEADS[language]
    return f"{sender}: Support <support@shop.example>\n{sent}: {date}\n{to}: Mia\n{subject}: RE: Export\n"


def of_html(markup: str, subject: str = "") -> str:
    return new_lines(lines_of_html(markup)[0], subject)


@pytest.mark.parametrize("introduction", OVER_QUOTES.values(), ids=OVER_QUOTES)
def test_a_quotation_goes_with_the_line_that_introduces_it(introduction: str) -> None:
    assert new_text(f"{NEW}\n\n{introduction}\n\n{MARKED}\n") == NEW
    assert new_text(f"{NEW}\n\n{introduction}\n{MARKED}\n") == NEW


@pytest.mark.parametrize("introduction", OVER_QUOTES.values(), ids=OVER_QUOTES)
def test_what_stands_below_a_quotation_is_kept(introduction: str) -> None:
    assert new_text(f"{introduction}\n{MARKED}\n\n{NEW}\n") == NEW


@pytest.mark.parametrize("introduction", OVER_QUOTES.values(), ids=OVER_QUOTES)
def test_a_quotation_in_html_goes_too(introduction: str) -> None:
    line = escape(introduction).replace("\n", " ")
    quoted = "<br>".join(EARLIER.splitlines())
    new = "<div>Still broken here.</div><div><br></div><div>Mia</div>"
    assert of_html(f"{new}<div>{line}</div><blockquote>{quoted}</blockquote>") == NEW
    assert of_html(f"{new}<p>{line}</p><blockquote type='cite'><div>{quoted}</div></blockquote>") == NEW


@pytest.mark.parametrize("language", HEADS)
@pytest.mark.parametrize("rule", ["", "________________________________\n", "-----Original Message-----\n"], ids=len)
def test_an_earlier_letter_without_marks_ends_what_is_new(language: str, rule: str) -> None:
    assert new_text(f"{NEW}\n\n{rule}{head(language)}\n{EARLIER}\n") == NEW


@pytest.mark.parametrize("language", HEADS)
def test_outlooks_block_is_known_in_html_too(language: str) -> None:
    lines = "<br>".join(f"<b>{escape(line)}</b>" for line in head(language).splitlines())
    style = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
    new = "<p class=MsoNormal>Still broken here.</p><p class=MsoNormal>&nbsp;</p><p>Mia</p>"
    older = f"<div><div style='{style}'><p class=MsoNormal>{lines}</p></div></div><p>We see it.</p>"
    assert of_html(new + older).replace("\n\n", "\n") == "Still broken here.\nMia"
    mobile = f'<hr><div id="divRplyFwdMsg" dir="ltr"><font>{lines}</font></div><div>We see it.</div>'
    assert of_html(new + mobile).replace("\n\n", "\n") == "Still broken here.\nMia"


@pytest.mark.parametrize("words", ORIGINALS)
def test_a_line_of_dashes_with_original_message_ends_what_is_new(words: str) -> None:
    for line in (f"-----{words}-----", f"----- {words} -----", f"-------- {words} --------", f"–––––{words}–––––"):
        assert new_text(f"{NEW}\n\n{line}\n{EARLIER}\n") == NEW


@pytest.mark.parametrize("marker", FORWARDS)
def test_what_somebody_forwards_with_a_word_of_their_own_stays_readable(marker: str) -> None:
    text = f"Is this from you?\n\n{marker}\n{FORWARDED}"
    assert new_text(text) == text


@pytest.mark.parametrize(
    "prefix", ["FW", "Fwd", "WG", "TR", "RV", "I", "ENC", "VB", "VL", "PD", "转发", "轉寄", "Doorst", "İLT"]
)
def test_a_subject_that_says_forwarded_keeps_outlooks_block(prefix: str) -> None:
    text = f"Is this from you?\n\n{head('en')}\nWe charged your card twice."
    assert new_text(text, f"{prefix}: Your card") == text


@pytest.mark.parametrize(
    "line", ["29. Nov. 2026, 09:00 von s@shop.example:", "29 nov. 2026, 09:00 de s@shop.example :"]
)
def test_a_bare_address_above_what_the_mail_program_marks_goes_with_it(line: str) -> None:
    quoted = '<blockquote class="tutanota_quote">We see it.</blockquote>'
    assert of_html(f"<div>{NEW}</div><div>{line}</div>{quoted}").split() == NEW.split()
    assert line in of_html(f"<div>{NEW}</div><div>{line}</div><div>error 500</div>")


PROGRAMS = {
    "gmail": '<div dir="ltr">{new}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{line}<br></div>'
    '<blockquote class="gmail_quote" style="margin:0">{old}</blockquote></div>',
    "apple mail": '<html><body>{new}<br><div><br><blockquote type="cite"><div>{line}</div><br><div>{old}</div></blockquote></div>',
    "thunderbird": '<p>{new}</p><div class="moz-cite-prefix">{line}<br></div><blockquote type="cite" cite="mid:x">{old}</blockquote>',
    "yahoo, every name its own": '<div class="ydp8e6c3b5ayahoo-style-wrap"><div>{new}</div></div>'
    '<div id="ydp4ba1a3b4yahoo_quoted_5842" class="ydp4ba1a3b4yahoo_quoted"><div>{line}</div><div>{old}</div></div>',
    "yahoo": '<div class="ydp1 yahoo-style-wrap"><div>{new}</div></div><div id="ydp2yahoo_quoted" class="yahoo_quoted">'
    "<div>{line}</div><div>{old}</div></div>",
    "proton": '<div>{new}</div><div class="protonmail_quote">{line}<br>'
    '<blockquote class="protonmail_quote" type="cite">{old}</blockquote></div>',
    "outlook web": '<div class="elementToProof">{new}</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">'
    "<b>Xx:</b> Support<br><b>Yy:</b> now</div><div>{old}</div>",
    "outlook ios": '<div>{new}</div><div class="ms-outlook-mobile-reference-message skipProofing"><hr><b>Xx:</b> y<br>{old}</div>',
    "outlook new": '<div>{new}</div><div id="mail-editor-reference-message-container"><b>Xx:</b> y<br>{old}</div>',
    "outlook 2003": "<div>{new}</div><div class=OutlookMessageHeader><hr>Xx: y</div><div>{old}</div>",
    "outlook over gmail": '<div>{new}</div><blockquote class="x_gmail_quote">{old}</blockquote>',
    "gmx": '<div>{new}</div><div name="quote" style="margin:10px"><div>{line}</div><div>{old}</div></div>',
    "zimbra": '<div>{new}</div><div data-marker="__QUOTED_TEXT__"><div>{line}</div>{old}</div>',
    "zoho": '<div>{new}</div><div class="zmail_extra"><div>{line}</div><blockquote>{old}</blockquote></div>',
    "spark": '<div>{new}</div><div name="messageReplySection">{line}<br><blockquote class="spark_quote">{old}</blockquote></div>',
    "front": '<div>{new}</div><blockquote type="cite" class="front-blockquote">{old}</blockquote>',
    "tutanota": '<div>{new}</div><div>{line}</div><blockquote class="tutanota_quote">{old}</blockquote>',
    "roundcube": "<p>{new}</p><p id='reply-intro'>{line}</p><blockquote type='cite'>{old}</blockquote>",
}
"""`{line}` is in a language that nobody lists: the elements have to do."""


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_mail_programs_own_elements_say_what_is_quoted(program: str) -> None:
    line = "Xyzzy 29, 2026 plugh &lt;support@shop.example&gt;:"
    markup = PROGRAMS[program].format(new="Still broken here.", line=line, old="We see it.<br>Back by ten.")
    assert of_html(markup) == "Still broken here."


def test_an_answer_between_two_quotations_in_html_is_kept() -> None:
    markup = (
        '<div class="gmail_attr">On Sun wrote:</div><blockquote class="gmail_quote">Which page?</blockquote><div>Menus.</div>'
        '<blockquote class="gmail_quote">Since when?</blockquote><div>Nine.</div>'
    )
    assert of_html(markup) == "Menus.\nNine."


def test_a_forward_in_html_stays_readable() -> None:
    markup = (
        '<div>Is this you?</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>'
        "From: B &lt;b@x.example&gt;<br>Subject: Card<br></div><br>We charged you.</div>"
    )
    assert "We charged you." in of_html(markup)
    quoted = "<div>Begin forwarded message:</div><div>From: B<br>Subject: C</div>Charged."
    apple = f"<div>Is this you?</div><blockquote type=cite>{quoted}</blockquote>"
    assert "Charged." in of_html(apple)


OWN = {
    "grep": "What I did:\n\n$ grep -A1 error log\nline 1\n--\nline 9: error b\n\nPlease help, I need it today.",
    "grep at the end": "$ grep -A1 error log\nline 1\n--\nline 9: error b\nline 10",
    "dashes, then a sentence": "One\n\n--\n\nPlease answer today, it is urgent for me.",
    "dashes with a space in the middle": "Steps:\n-- \nOpen the page and press Export.\n\nIt breaks.",
    "prompts": "This is what I typed:\n\n> shop.export()\nTypeError: x\n> shop.version\n1.2.3\n\nAny idea?",
    "prompts at the end": "I typed\n\n> ls -l\n> cat config.yml",
    "prompts at the end, introduced": "This is what the page says:\n> Error: the order could not be saved.",
    "python": "In the shell:\n\n>>> import shop\n>>> shop.export()\nTraceback",
    "a quotation of their own": "> Which page?\n\nThe menus.\n> Since when?\nSince nine.",
    "underscores": "Name: Mia\n______________________________\nFrom: which date do you count? I lost my data.",
    "a table": "From: Berlin\nTo: Paris\nThe price is wrong.",
    "a form": "Date: 29.11.2026\nFrom: my phone\nI can't log in.",
    "a server's head": "The mail says:\n\nFrom: 10.0.0.1\nDate: 29 Nov 2026\nHost: web1\n\nand then nothing.",
    "a whole head, introduced": "I got this:\n\nFrom: a@x.example\nDate: 29 Nov 2026\nTo: me\nSubject: Invoice\n\nIs it yours?",
    "on page 3": "On page 3 of the manual somebody from your team, ann@shop.example, wrote:\nclick on Export.\n\nThere is none.",
    "on page 3, quoted": "On page 3 of the manual your team wrote:\n> click on Export\n\nThere is none.",
    "on Monday": "On Monday I wrote:\nthe export fails.\n\nNobody answered.",
    "on a day at an hour": "On 29.11.2026 at 10:00 I wrote to you:\nthe export fails.\n\nNobody answered.",
    "am Montag": "Am 29.11.2026 um 10:00 schrieb ich:\nder Export geht nicht.\n\nKeine Antwort.",
    "a colleague": "On 29 Nov 2026 at 10:00 your colleague Ann wrote:\nit works now.\n\nIt does not.",
    "a log": "2026-11-29 09:00:01 worker wrote:\nERROR 500\n2026-11-29 09:00:02 done",
    "a log with an address": "2026-11-29 09:00:01 mail to <mia@x.example> failed:\nERROR 550\n\nWhy?",
    "dates": "29.11.2026 charged 49 EUR\n30.11.2026 charged 49 EUR\n\nWhy twice?",
    "stars": "***** important *****\nThe export fails.",
    "dashes with words": "----- what I see -----\nnothing at all\n----- what I want -----\nmy data",
    "an original message of theirs": "The text of the original message is gone.\nPlease restore it.",
    "forward as a word": "I forwarded it to Ann:\nshe has no access.",
    "html as a word": "The page shows\n<b>From:</b> nothing\nand stops.",
    "a list": "- one\n- two\n-----\nthree",
    "arrows": "Menu > Settings > Export\n-> nothing happens\n=> my data is lost",
    "a greeting": "Dear team,\n\nit fails.\n\nBest regards\nMia Doe\nDoe Ltd.",
    "subject in the text": "Subject: what your form wants\nTo: be filled in\nIt says both are empty.",
    "a sentence of ours, quoted last": "I can not export. Your page says\n\n> You can export at any time.",
    "a list of addresses": "Users that fail:\n\n1. Mia <mia@x.example>:\n> cannot log in\n2. Bo <bo@x.example>:\n> cannot pay",
    "a chat": "[10:00] Ann <ann@x.example>: hi\n[10:01] Bo: hello 5:\n> ok\nwhat now?",
    "a whole head": "I get such mails\n\nFrom: a@x.example\nTo: me\nSubject: Bill\nDate: 29 Nov 2026\n\nevery minute.",
    "settings": "My config:\n---\nfrom: a@x.example\ndate: now\nto: b@x.example\nsubject: hello\n---\nIt does not send.",
    "a head below a rule": "It says:\n-----\nFrom: a@x.example\nDate: now\nTo: me\nSubject: hello\n\nand stops.",
    "a page wrote": "On 29.11.2026 the page wrote:\nError 500\n\nWhat shall I do?",
    "a forward with marks": "Is it you?\n\nBegin forwarded message:\n\n> From: B <b@x>\n> Subject: C\n> Date: now\n> To: m\n>\n> Charged.",
    "SQL": "select 1\n-- a comment\nselect 2",
}


@pytest.mark.parametrize("text", OWN.values(), ids=OWN)
def test_nothing_that_the_customer_wrote_is_cut(text: str) -> None:
    assert new_text(text) == text


@pytest.mark.parametrize("text", [text for text in OWN.values() if "forwarded" not in text])
def test_nor_is_it_cut_above_a_quotation(text: str) -> None:
    mail = f"{text}\n\nThat is all.\n\n{OVER_QUOTES['gmail en']}\n\n{MARKED}\n"
    assert new_text(mail) == f"{text}\n\nThat is all."


def test_answers_inside_an_unmarked_letter_are_kept_where_the_writer_says_so() -> None:
    text = f"Hi Sam, see my answers inline.\n\n{head('en')}\nWhich page?\nThe menus."
    assert new_text(text).endswith("The menus.")


def test_an_answer_below_more_than_is_kept_of_a_letter_is_still_read() -> None:
    quoted = "\n".join("> the old letter, line after line" for _ in range(2_000))
    assert new_text(f"{OVER_QUOTES['gmail en']}\n{quoted}\n\nIt works, thank you.") == "It works, thank you."


WORDS = st.text(alphabet=st.characters(categories=("L", "N", "Zs"), include_characters=".,!?"), max_size=60)
LINES = st.lists(WORDS, min_size=1, max_size=12).map("\n".join).filter(str.strip)


def _words(text: str) -> list[str]:
    return text.split()


@given(LINES)
@settings(max_examples=120, deadline=None, database=None)
def test_where_there_is_no_quotation_nothing_is_cut(text: str) -> None:
    assert _words(new_text(text)) == _words(text)


@given(LINES, st.sampled_from(sorted(OVER_QUOTES.values())), LINES, st.booleans())
@settings(max_examples=120, deadline=None, database=None)
def test_above_and_below_a_quotation_nothing_is_cut(above: str, line: str, below: str, gap: bool) -> None:
    mail = f"{above}\n\n{line}\n{MARKED}\n" + ("\n" if gap else "") + below
    assert _words(new_text(mail)) == _words(f"{above}\n{below}")


HOSTILE = [
    ">",
    "> ",
    "> On 1 wrote:\n",
    "On 29.11.2026 09:00, a <a@b> wrote:\n",
    "From: a@b\n",
    "-----Original",
    "<a@b>:\n",
    "：\n",
    "\n\n>\n",
]


@pytest.mark.parametrize(
    "piece", [*HOSTILE, "--\n", "- a -\n", "__ ", "W dniu ", "hat ", "a@", "2026-", "(\n", "Von: \nAn: \n"]
)
@pytest.mark.timed
def test_a_hundred_kilobytes_of_anything_take_no_time(piece: str) -> None:
    began = time.process_time()
    new_text(piece * (100_000 // len(piece)))
    assert time.process_time() - began < 1


@pytest.mark.timed
@pytest.mark.parametrize(
    "piece",
    [
        "<blockquote>",
        "<blockquote type=cite>",
        "<div class=gmail_quote>x",
        "<p>a",
        "</div>",
        "<pre>\n",
        "<li>",
        "<img>",
    ],
)
def test_a_hundred_kilobytes_of_any_element_take_no_time(piece: str) -> None:
    began = time.process_time()
    of_html(piece * (100_000 // len(piece)))
    assert time.process_time() - began < 1


@pytest.mark.timed
def test_a_usual_letter_takes_a_few_milliseconds() -> None:
    mail = f"{NEW}\n\n{OVER_QUOTES['gmail en']}\n\n" + "\n".join([MARKED] * 20)
    began = time.process_time()
    for _ in range(20):
        new_text(mail)
    assert (time.process_time() - began) / 20 < 0.01
