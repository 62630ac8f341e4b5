"""Letters of every kind that mail programs, forms, groups and machines send, and what is right of each.

What is right was written down from what the programs do, not from what the parser says.
"""

import base64
from collections.abc import Iterator
from typing import NamedTuple

from tests.unit.channels.introductions import ABSENCES

MIA, WORDS = "mia@example.com", "The export fails since today."
HEAD = {
    "From": "Mia <mia@example.com>",
    "To": "support@shop.example",
    "Subject": "Export broken",
    "Date": "Sun, 22 Nov 2026 09:00:00 +0100",
    "Message-ID": "<m1@example.com>",
    "MIME-Version": "1.0",
}


class Right(NamedTuple):
    raw: bytes
    email: str = MIA
    name: str = "Mia"
    text: str = WORDS
    person: bool = True


def letter(body: str | bytes = WORDS, /, **head: str | None) -> bytes:
    """`head` changes or takes away (None) header lines; "_" stands for "-"."""
    lines = {**HEAD, **{name.replace("_", "-"): value for name, value in head.items()}}
    above = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
    return above.encode() + b"\r\n" + (body if isinstance(body, bytes) else body.encode())


def part(kind: str, body: str | bytes, **head: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in head.items())
    return f"Content-Type: {kind}\r\n{lines}\r\n".encode() + (body if isinstance(body, bytes) else body.encode())


def multi(kind: str, *parts: bytes, mark: str = "X", more: str = "") -> bytes:
    inner = b"".join(f"\r\n--{mark}\r\n".encode() + each for each in parts)
    return (
        f'Content-Type: multipart/{kind}; boundary="{mark}"{more}\r\n'.encode()
        + b"\r\n"
        + inner
        + f"\r\n--{mark}--\r\n".encode()
    )


def holding(whole: bytes, **head: str | None) -> bytes:
    """A letter of which `whole` is the Content-Type and the body."""
    return letter(b"", **head).removesuffix(b"\r\n") + whole


def coded(body: bytes) -> bytes:
    return base64.encodebytes(body)


PLAIN = part("text/plain; charset=utf-8", WORDS)
HTML = part("text/html; charset=utf-8", f"<p>{WORDS}</p>")
PICTURE = part(
    "image/png; name=shot.png",
    coded(b"\x89PNG" * 50),
    Content_Transfer_Encoding="base64",
    Content_Disposition="inline; filename=shot.png",
)
LOG = part("text/plain; name=server.log", "ERROR 500 at line 3", Content_Disposition="attachment; filename=server.log")
INLINE_LOG = part(
    "text/plain; name=server.log", "ERROR 500 at line 3", Content_Disposition="inline; filename=server.log"
)
NAMED_LOG = part("text/plain; name=server.log", "ERROR 500 at line 3")
MAIL = part(
    "message/rfc822",
    "From: b@other.example\r\nSubject: Invoice\r\nContent-Type: text/plain\r\n\r\nDear customer, pay.\r\n",
)
INVITE = part("text/calendar; method=REQUEST; charset=utf-8", "BEGIN:VCALENDAR\r\nEND:VCALENDAR")
SIGNATURE = part("application/pgp-signature; name=s.asc", "-----BEGIN PGP SIGNATURE-----")
ATTACHED_MAIL = part("message/rfc822", "Subject: x\r\n\r\ny", Content_Disposition="attachment")
SMIME = part("application/pkcs7-signature; name=smime.p7s", "MII=", Content_Transfer_Encoding="base64")
MULTI = b'Content-Type: multipart/mixed; boundary="X"\r\n\r\n'
ARMOURED = (
    f"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n{WORDS}\r\n"
    "-----BEGIN PGP SIGNATURE-----\r\nabc\r\n-----END PGP SIGNATURE-----"
)
BIG = part(
    "application/zip; name=all.zip",
    coded(b"\x00\x01\x02abc" * 400_000),
    Content_Transfer_Encoding="base64",
    Content_Disposition="attachment; filename=all.zip",
)
REST = "I can pay for premium today."
SECOND = part("text/plain; charset=us-ascii", REST)
BOTH = f"{WORDS}\n\n{REST}"


def structures() -> Iterator[tuple[str, Right]]:
    """What they wrote, however it is packed."""
    whole = {
        "plain": PLAIN,
        "html": HTML,
        "alternative": multi("alternative", PLAIN, HTML),
        "alternative, html first": multi("alternative", HTML, PLAIN),
        "blank plain": multi("alternative", part("text/plain", " \r\n\r\n"), HTML),
        "blank plain of nbsp": multi("alternative", part("text/plain; charset=utf-8", "\u00a0\u200b\ufeff\r\n"), HTML),
        "plain that points to html": multi("alternative", part("text/plain", "Your e-mail client can't show HTML."), HTML),
        "plain that points, german": multi("alternative", part("text/plain", "Ihr E-Mail-Programm kann kein HTML anzeigen."), HTML),
        "plain and html in mixed": multi("mixed", PLAIN, HTML),
        "picture below": multi("mixed", PLAIN, PICTURE),
        "picture above": multi("mixed", PICTURE, PLAIN),
        "log attached above": multi("mixed", LOG, PLAIN),
        "log attached below": multi("mixed", PLAIN, LOG),
        "log inline above": multi("mixed", INLINE_LOG, PLAIN),
        "log with a name only": multi("mixed", NAMED_LOG, PLAIN),
        "mail attached below html": multi("mixed", HTML, MAIL),
        "mail attached above": multi("mixed", MAIL, PLAIN),
        "mail attached, as attachment": multi("mixed", ATTACHED_MAIL, PLAIN),
        "big attachment above": multi("mixed", BIG, PLAIN),
        "two big attachments above": multi("mixed", BIG, BIG, HTML),
        "related": multi("related", HTML, PICTURE),
        "related in alternative": multi("alternative", PLAIN, multi("related", HTML, PICTURE, mark="Y")),
        "alternative in related": multi("related", multi("alternative", PLAIN, HTML, mark="Y"), PICTURE),
        "alternative in mixed": multi("mixed", multi("alternative", PLAIN, HTML, mark="Y"), LOG),
        "outlook": multi("mixed", multi("related", multi("alternative", PLAIN, HTML, mark="Z"), PICTURE, mark="Y"), LOG),
        "signed by pgp": multi("signed", PLAIN, SIGNATURE, more='; protocol="application/pgp-signature"'),
        "signed by smime": multi("signed", multi("alternative", PLAIN, HTML, mark="Y"), SMIME),
        "with an invitation": multi("alternative", PLAIN, HTML, INVITE),
        "with an amp version": multi("alternative", PLAIN, part("text/x-amp-html", "<p>amp</p>"), HTML),
        "no type at all": b"\r\n" + WORDS.encode(),
        "an unknown multipart": multi("voice-message", PLAIN),
        "no last boundary": multi("mixed", PLAIN).removesuffix(b"--\r\n"),
        "words before the first boundary": MULTI + b"This is a multi-part message.\r\n--X\r\n" + PLAIN + b"\r\n--X--",
        "the letter itself has a name": part("text/plain; name=message.txt", WORDS, Content_Disposition="inline; filename=message.txt"),
        "the letter itself is an attachment": multi("mixed", part("text/plain", WORDS, Content_Disposition="attachment")),
        "rich text": part("text/enriched", "<bold>The export</bold> fails since today."),
        "hidden words for previews": part("text/html", f"<div style='display:none'>Preview</div><p>{WORDS}</p>"),
        "styles and scripts": part("text/html", f"<style>p {{}}</style><script>x()</script><title>T</title><p>{WORDS}</p>"),
        "entities": part("text/html", "<p>The&nbsp;export&#32;fails since&#x20;today&period;</p>"),
        "words wrapped in the source": part("text/html", "<p>The export\r\n  fails since\r\n today.</p>"),
        "inline pgp": part("text/plain", ARMOURED),
        "uuencoded picture": part("text/plain", f"{WORDS}\r\n\r\nbegin 644 shot.png\r\n#0V%T\r\n`\r\nend\r\n"),
        "no disposition but a picture's name": multi("mixed", part("application/octet-stream; name=a.bin", "xx"), PLAIN),
    }  # fmt: skip
    for kind, body in whole.items():
        yield kind, Right(holding(body))


def several() -> Iterator[tuple[str, Right]]:
    """Words in more than one place."""
    yield "apple: words, picture, words", Right(holding(multi("mixed", PLAIN, PICTURE, SECOND)), text=BOTH)
    html = part("text/html", f"<p>{REST}</p>")
    yield "apple, html", Right(holding(multi("mixed", HTML, PICTURE, html)), text=BOTH)
    apple = multi("alternative", PLAIN, multi("mixed", HTML, PICTURE, html, mark="Y"))
    yield "apple: alternative of mixed", Right(holding(apple), text=WORDS)
    yield "words below a log", Right(holding(multi("mixed", PLAIN, LOG, SECOND)), text=BOTH)
    differ = multi(
        "alternative", part("text/plain", "Please call me back."), part("text/html", "<p>My number is twelve.</p>")
    )
    yield "two ways that differ", Right(holding(differ), text="Please call me back.\n\nMy number is twelve.")
    listed = part("text/html", "<ul><li>one</li><li>two</li></ul><table><tr><td>a</td><td>b</td></tr></table>")
    yield "lists and tables", Right(holding(listed), text="- one\n- two\na b")
    pre = part("text/html", "<p>Log:</p><pre>a\r\n  b</pre>")
    yield "a log in html", Right(holding(pre), text="Log:\na\n  b")
    flowed = part("text/plain; format=flowed", "The export \r\nfails since \r\ntoday.\r\n-- \r\nMia\r\n")
    yield "flowed", Right(holding(flowed), text="The export fails since today.\n-- \nMia")
    delsp = part("text/plain; format=flowed; delsp=yes; charset=utf-8", "エクス \r\nポート")
    yield "flowed, delsp", Right(holding(delsp), text="エクスポート")
    yield (
        "a mail and nothing else",
        Right(
            holding(multi("mixed", MAIL)),
            text="---------- Forwarded message ----------\nFrom: b@other.example\nSubject: Invoice\n\nDear customer, pay.",
        ),
    )


def wordless() -> Iterator[tuple[str, Right]]:
    """Somebody wrote, so a person sees it."""
    yield "subject only", Right(holding(part("text/plain", "")), text="Export broken")
    yield (
        "subject only, answered",
        Right(holding(part("text/plain", ""), Subject="Re: Export broken"), text="Export broken"),
    )
    yield "nothing at all", Right(holding(part("text/plain", ""), Subject=None), text="(an empty letter)")
    picture = "(a picture, no words)"
    yield "a picture", Right(holding(multi("mixed", PICTURE)), text=f"Export broken\n\n{picture}")
    yield (
        "a picture and blanks",
        Right(holding(multi("mixed", part("text/plain", "\r\n"), PICTURE), Subject=""), text=picture),
    )
    yield "a picture alone", Right(holding(PICTURE, Subject=None), text=picture)
    shown = part("text/html", '<div><img src="cid:1"></div>')
    yield "a picture in html", Right(holding(multi("related", shown, PICTURE), Subject=None), text=picture)
    two = multi("mixed", PICTURE, PICTURE)
    yield "two pictures", Right(holding(two, Subject=None), text="(2 pictures, no words)")
    yield (
        "a file",
        Right(
            holding(multi("mixed", part("application/pdf; name=bill.pdf", "%PDF")), Subject=None),
            text="(no words, but bill.pdf)",
        ),
    )
    sealed = "(a letter that is encrypted or packed: read it in your mail program)"
    locked = multi("encrypted", part("application/pgp-encrypted", "Version: 1"), part("application/octet-stream", "x"))
    yield "encrypted", Right(holding(locked, Subject=None), text=sealed)
    yield "smime", Right(holding(part("application/pkcs7-mime; name=smime.p7m", "MII="), Subject=None), text=sealed)
    yield "an invitation", Right(holding(INVITE, Subject=None), text="(an invitation, no words)")


def encodings() -> Iterator[tuple[str, Right]]:
    """Charset labels as mail programs read them, and transfer encodings that are not what they say."""
    told = {
        "iso-8859-1": ("It’s broken – 5 €", "cp1252"), "us-ascii": ("It’s broken – 5 €", "cp1252"),
        "ISO_8859-1": ("Müller", "latin-1"), "latin1": ("Müller", "latin-1"), "iso-8859-15": ("5 €", "iso8859-15"),
        "windows-1251": ("Не работает", "cp1251"), "cp1251": ("Не работает", "cp1251"), "koi8-r": ("Не работает", "koi8-r"),
        "gb2312": ("页面出错：镕 €", "gb18030"), "gbk": ("页面出错", "gbk"), "x-gbk": ("页面出错", "gbk"), "gb18030": ("页面𠮷", "gb18030"),
        "windows-31j": ("①エラー", "cp932"), "shift_jis": ("①エラー㈱", "cp932"), "x-sjis": ("髙橋", "cp932"), "cp932": ("髙橋", "cp932"),
        "iso-2022-jp": ("エラーです", "iso2022_jp"), "euc-jp": ("エラー", "euc_jp"), "cp50221": ("エラー", "iso2022_jp"),
        "ks_c_5601-1987": ("안 돼요 똠방각하", "cp949"), "euc-kr": ("똠방각하", "cp949"), "iso-2022-kr": ("오류", "iso2022_kr"),
        "big5": ("頁面錯誤", "big5"), "tis-620": ("พัง", "cp874"), "windows-874": ("พัง", "cp874"), "hz-gb-2312": ("页面", "hz"),
        "iso-8859-8-i": ("שלום", "iso8859-8"), "windows-1256": ("مرحبا", "cp1256"), "macintosh": ("Müller", "mac-roman"),
        "utf-7": ("Müller", "utf-7"), "utf-16": ("Müller", "utf-16"), "utf8": ("Müller", "utf-8"), '"utf-8"': ("Müller", "utf-8"),
        "unknown-8bit": ("Müller", "utf-8"), "x-unknown": ("Müller", "latin-1"), "default": ("Müller", "utf-8"), "": ("Müller", "utf-8"),
        "punycode": ("Müller", "utf-8"), "utf-8": ("It’s 5 €", "cp1252"), "Iso-8859-1": ("Müller 日本", "utf-8"),
    }  # fmt: skip
    for label, (text, codec) in told.items():
        kind = f"text/plain; charset={label}" if label else "text/plain"
        yield (
            f"charset {label or 'none'} of {codec}",
            Right(holding(part(kind, text.encode(codec), Content_Transfer_Encoding="8bit")), text=text),
        )
    umlaut, plain = "Müller hat ein Problem", "text/plain; charset=utf-8"
    sent = {
        "base64": (coded(umlaut.encode()), "base64"),
        "base64 without padding": (coded(umlaut.encode() + b"!").rstrip(b"=\n"), "base64"),
        "base64 in small letters": (coded(umlaut.encode()), "Base64"),
        "base64 that is none": (umlaut.encode(), "base64"),
        "quoted-printable": (b"M=C3=BCller hat =\r\nein Problem", "quoted-printable"),
        "quoted-printable, broken": (b"M=C3=BCller hat ein Problem =ZZ =", "quoted-printable"),
        "an encoding nobody knows": (umlaut.encode(), "x-8bit-utf"),
    }
    for kind_, (body, encoding) in sent.items():
        text = {"base64 without padding": umlaut + "!", "quoted-printable, broken": umlaut + " =ZZ"}.get(kind_, umlaut)
        yield kind_, Right(holding(part(plain, body, Content_Transfer_Encoding=encoding)), text=text)
    footed = coded(("Müller hat ein Problem mit dem Export. " * 3).encode()) + b"\r\nA list's footer"
    yield (
        "base64 with a footer",
        Right(
            holding(part(plain, footed, Content_Transfer_Encoding="base64")),
            text=("Müller hat ein Problem mit dem Export. " * 3).strip() + "\nA list's footer",
        ),
    )


def writers() -> Iterator[tuple[str, Right]]:
    """Who wrote."""
    direct = {
        "Mia <mia@example.com>": "Mia", "mia@example.com": "", "<mia@example.com>": "", "Doe, Mia <mia@example.com>": "Doe, Mia",
        '"Doe, Mia" <mia@example.com>': "Doe, Mia", '"Mia \\"Mimi\\" Doe" <mia@example.com>': 'Mia "Mimi" Doe',
        "mia@example.com (Mia Doe)": "Mia Doe", "=?utf-8?q?Doe=2C_Mi=C3=A1?= <mia@example.com>": "Doe, Miá",
        "=?utf-8?b?TWlhIDxib3NzQHguZXhhbXBsZT4=?= <mia@example.com>": "Mia <boss@x.example",
        '"boss@x.example" <mia@example.com>': "boss@x.example", '"<boss@x.example>" <mia@example.com>': "boss@x.example",
        "mia@example.com <mia@example.com>": "mia@example.com", "Mia <mia@example.com>, Bo <bo@example.com>": "Mia",
        "mia@example.com, Bo <bo@example.com>": "", "Team: Mia <mia@example.com>;": "Mia", "Mia < mia@example.com >": "Mia",
        "Mia <mailto:mia@example.com>": "Mia", "=?utf-8?q?Mia_=3Cmia=40example=2Ecom=3E?=": "Mia", "Mia\tDoe <mia@example.com>": "Mia Doe",
        "=?utf-8?q?Mia=0D=0ABcc=3A_x=40y=2Eexample?= <mia@example.com>": "Mia Bcc: x@y.example", "'Mia' <mia@example.com>": "Mia",
        "=?iso-8859-1?q?M=FCller?= =?iso-8859-1?q?_Mia?= <mia@example.com>": "Müller Mia",
        "Mia (at home) <mia@example.com>": "Mia (at home)",
        "=?gb2312?b?0uw=?= <mia@example.com>": "异", "Mia": "Mia",
    }  # fmt: skip
    for sent, name in direct.items():
        yield f"from {sent}", Right(letter(From=sent), name=name, email="" if sent == "Mia" else MIA)
    shop = "Support <support@shop.example>"
    reply, via = (
        {"Reply_To": "Mia <mia@example.com>"},
        {"From": "'Mia' via Support <support@shop.example>", "Precedence": "list"},
    )
    mailman = {
        "From": "Mia via Users <users@lists.example>",
        "Precedence": "list",
        "List_Post": "<mailto:users@lists.example>",
    }
    behind: dict[str, dict[str, str | None]] = {
        "google group": {**via, **reply, "X_Original_From": "Mia <mia@example.com>", "X_Original_Sender": MIA},
        "google group, reply to the group": {**via, "Reply_To": shop, "X_Original_Sender": MIA},
        "google group under its own name": {
            "From": "ACME <acme@example.com>",
            "X_Original_Sender": "Mia <mia@example.com>",
        },
        "mailman": {**mailman, **reply},
        "our own address as sender": {"From": shop, **reply},
        "our own form": {"From": "Contact <form@shop.example>", **reply},
        "a service's form": {"From": "Forms <noreply@forms.example>", **reply},
        "a form that calls itself automatic": {
            "From": "WP <wordpress@shop.example>",
            **reply,
            "Auto_Submitted": "auto-generated",
        },
        "no From, a Sender": {"From": None, "Sender": "Mia <mia@example.com>"},
        "an empty From": {"From": "", **reply},
        "a reply address elsewhere": {"Reply_To": "Other <other@home.example>"},
    }
    for kind, head in behind.items():
        yield kind, Right(letter(**head))


def heads() -> Iterator[tuple[str, Right]]:
    """A head that a server or a filter on the way has spoilt, and that mail programs read all the same."""
    sound = letter()
    for kind, spoilt in {
        "a line that is no header": sound.replace(b"To: ", b"quite Delivered-To: x@shop.example\r\nTo: ", 1),
        "such a line that goes on": sound.replace(b"To: ", b"X Spam report\r\n  of the filter: none\r\nTo: ", 1),
        "such a line at the top": b"spam checked by our gateway\r\n" + sound,
        "blanks before the colons": sound.replace(b"From: ", b"From  : ").replace(b"Subject: ", b"Subject\t: "),
        "a mailbox file's own line": b"From mia@example.com Sun Nov 22 09:00:00 2026\r\n" + sound,
        "lines of Unix": sound.replace(b"\r\n", b"\n"),
    }.items():
        yield kind, Right(spoilt)
    yield "words without a blank line above", Right(sound.replace(b"\r\n\r\n", b"\r\n"))


def machines() -> Iterator[tuple[str, Right]]:
    """No customer: nobody is asked, and it is counted."""
    heads: dict[str, dict[str, str | None]] = {
        "Auto-Submitted: auto-replied": {"Auto_Submitted": "auto-replied"},
        "Auto-Submitted with a comment": {"Auto_Submitted": "auto-replied (vacation)"},
        "Auto-Submitted: auto-generated": {"Auto_Submitted": "auto-generated"},
        "X-Autoreply": {"X_Autoreply": "yes"},
        "X-Autorespond": {"X_Autorespond": "Re: x"},
        "X-Auto-Reply-From": {"X_Auto_Reply_From": "x"},
        "Precedence: auto_reply": {"Precedence": "auto_reply"},
        "X-Precedence: auto_reply": {"X_Precedence": "auto_reply"},
        "Precedence: bulk": {"Precedence": "bulk"},
        "Precedence: junk": {"Precedence": "junk"},
        "a newsletter": {"List_Unsubscribe": "<https://x.example/u>", "List_Unsubscribe_Post": "List-Unsubscribe=One-Click"},
        "a newsletter with an address for answers": {"From": "S <newsletter@x.example>", "Reply_To": "a@x.example", "List_Unsubscribe": "<https://x.example>"},
        "X-Failed-Recipients": {"X_Failed_Recipients": MIA},
        "an empty Return-Path": {"Return_Path": "<>"},
        "mailer-daemon": {"From": "Mail Delivery System <MAILER-DAEMON@mx.example>"},
        "a mailer-daemon without a name": {"From": "<mailer-daemon@googlemail.com>"},
        "postmaster says undeliverable": {"From": "postmaster@mx.example", "Subject": "Undeliverable: Export"},
        "a delivery report": {"Content_Type": "multipart/report; report-type=delivery-status; boundary=X"},
        "a delivery report, quoted": {"Content_Type": 'multipart/report; boundary="X"; report-type="delivery-status"'},
        "a read receipt": {"Content_Type": "multipart/report; report-type=disposition-notification; boundary=X"},
        "a feedback report": {"Content_Type": "multipart/report; report-type=feedback-report; boundary=X"},
        "an accepted invitation": {"Content_Type": "text/calendar; method=REPLY; charset=utf-8"},
        "a no-reply address without a machine's header": {"From": "Bank <no-reply@bank.example>"},
        "a no-reply address with a tag": {"From": "noreply+83@code.example"},
        "do not reply": {"From": "Do Not Reply <do_not_reply@bank.example>"},
        "ne pas repondre": {"From": "ne-pas-repondre@banque.example"},
        "our own letter": {"From": "Support <support@shop.example>"},
        "our own letter, in capitals": {"From": "SUPPORT@SHOP.EXAMPLE"},
        "our own letter that answers go back to": {"From": "support@shop.example", "Reply_To": "support@shop.example"},
    }  # fmt: skip
    for kind, head in heads.items():
        yield kind, Right(letter(**head), person=False)
    for subject in ABSENCES:
        yield subject, Right(letter(Subject=subject), person=False)


def people() -> Iterator[tuple[str, Right]]:
    """In doubt a person wrote."""
    heads: dict[str, dict[str, str | None]] = {
        "Auto-Submitted: no": {"Auto_Submitted": "no"},
        "Exchange's wish for silence": {"X_Auto_Response_Suppress": "All"},
        "Precedence: normal": {"Precedence": "normal"},
        "a list for people": {
            "Precedence": "list",
            "List_Post": "<mailto:l@x.example>",
            "List_Unsubscribe": "<mailto:l@x.example>",
        },
        "an answer with an unsubscribe link": {
            "List_Unsubscribe": "<https://crm.example/u>",
            "In_Reply_To": "<ours@shop.example>",
        },
        "X-Autoreply: no": {"X_Autoreply": "no"},
        "postmaster writes herself": {"From": "Mia <mia@example.com>", "Subject": "Export"},
        "a subject about replies": {"Subject": "Automatic reply is broken in your app"},
        "a subject about absences": {"Subject": "Out of office hours are wrong in the calendar"},
        "an answer about an absence": {"Subject": "Re: Out of office"},
        "a word that means more": {"Subject": "Ausente: hoy no puedo exportar"},
        "a subject about bounces": {"Subject": "Undelivered orders since today"},
        "a Return-Path": {"Return_Path": "<mia@example.com>"},
        "a spam filter's notes": {"X_Spam_Status": "No", "Feedback_ID": "1:2:3"},
        "an invitation": {"Content_Class": "urn:content-classes:calendarmessage"},
        "auto in the subject": {"Subject": "Autosave fails"},
    }
    for kind, head in heads.items():
        yield kind, Right(letter(**head))


LETTERS = {
    **{
        kind: right
        for table in (structures, several, wordless, encodings, writers, heads, machines, people)
        for kind, right in table()
    },
}
