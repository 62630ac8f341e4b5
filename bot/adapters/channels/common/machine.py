"""Decides whether a machine wrote a mail. In doubt a person did, because a lost mail costs a customer."""

import re

from bot.adapters.channels.common.headers import Headers, top

BOUNCE, ABSENCE, RECEIPT = "a bounce", "an automatic reply", "a receipt"
NEWSLETTER, MEETING, AUTOMATIC = "a newsletter", "an answer to an invitation", "an automatic mail"
OURS = "our own letter"

GROUP = ("x-original-sender", "x-original-from", "x-google-group-id", "list-post", "x-beenthere")
"""What mailing lists for people add, and newsletters do not."""
ANSWERS_BY_ITSELF = (
    "x-autoreply",
    "x-auto-reply",
    "x-autoreply-from",
    "x-auto-reply-from",
    "x-autorespond",
    "x-autoresponder",
    "x-autoresponse",
    "x-mail-autoreply",
    "x-mail-auto-reply",
    "x-vacation",
    "x-fc-machinegenerated",
)
"""Not X-Auto-Response-Suppress: Exchange writes it into people's mails as well."""
NO = frozenset({"", "no", "none", "false", "0"})
TITLES = re.compile(
    r"\s*(?:auto(?:matic|mated)?[ -]?(?:reply|response|answer)|auto[ -]?respond(?:er)?|"
    r"out of (?:the )?office(?: (?:auto ?reply|reply|notification))?|ooo|vacation(?: (?:reply|notice))?|away from (?:the )?office|"
    r"abwesenheits?(?:notiz|nachricht|meldung|assistent)?|abwesend|automatische (?:antwort|r[üu]ckmeldung)|"
    r"automatisch (?:antwoord|antwoordbericht)|afwezig(?:heid(?:sbericht|smelding)?)?|"
    r"r[ée]ponse automatique|absence du bureau|absent du bureau|message d'absence|"
    r"respuesta autom[áa]tica|fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)|"
    r"resposta autom[áa]tica|fora do escrit[óo]rio|auto(?:matisk|matiskt)?[ .]*svar|autosvar|automatisk svar|"
    r"frav[æa]r(?:ende)?|ikke til stede|fr[åa]nvaro|frånvarande|ikke på kontoret|inte på kontoret|"
    r"automaattinen vastaus|poissaolo\w*|(?:odpowied[źz] automatyczna|automatyczna odpowied[źz])|poza biurem|"
    r"automatick[áa] odpov[ěe]ď|mimo kancel[áa][řr]|automatick[áa] odpoveď|автоматический ответ|автоответ|"
    r"автоматична відповідь|нет на месте|自動応答|自動返信|不在通知|自动答复|自动回复|自動回覆|自動回復|외出|자동 ?회신|자동 ?응답|"
    r"otomatik (?:yan[ıi]t|cevap)|ofis d[ıi][şs][ıi]nda|תשובה אוטומטית|מענה אוטומטי|מחוץ למשרד|رد تلقائي|"
    r"الرد التلقائي|خارج المكتب|automatikus v[áa]lasz|házon kívül|r[ăa]spuns automat|αυτόματη απάντηση|εκτός γραφείου|"
    r"trả lời tự động|ตอบกลับอัตโนมัติ|การตอบกลับอัตโนมัติ|balasan otomatis|automatski odgovor|samodejni odgovor)"
    r"\s*[:：]|\s*auto\s*:.{1,100}out of (?:the )?office",
    re.IGNORECASE,
)
"""What stands before the colon in the subject of an answer that a mail program gave by itself."""
BOUNCED_TITLE = re.compile(
    r"(?:undeliver(?:able|ed)|delivery (?:status notification|has failed|failure|failed)|mail delivery (?:failed|failure|system)|"
    r"returned mail|failure notice|unzustellbar|nicht zustellbar|non remis|no se puede entregar|mancato recapito|"
    r"onbestelbaar|mail delivery subsystem|message not delivered)\b",
    re.IGNORECASE,
)
ROBOTS = re.compile(r"(?:mailer-?daemon|mail-daemon|bounces?|auto-?reply|autoresponder)(?:[-+=].*)?", re.IGNORECASE)


NO_REPLY = re.compile(
    r"(?:do[-_.]?not|dont|no|not)[-_.]?reply\d*(?:[-_.+].*)?|ne[-_.]?pas[-_.]?repondre|(?:bitte[-_.]?)?nicht[-_.]?antworten|"
    r"no[-_.]?(?:responder|responda|rispondere)|keine[-_.]?antwort|noreply[-_.]?\w*",
    re.IGNORECASE,
)
"""Local parts of those who say that they read no answer."""


def wants_no_answer(email: str) -> bool:
    """Whether the address itself says that nobody reads what is sent to it."""
    return bool(NO_REPLY.fullmatch(email.partition("@")[0]))


def machine(headers: Headers, *, subject: str = "", sender: str = "", form: bool = False) -> str:
    """What it is: an automatic reply, a newsletter, a bounce … Empty for a person's letter.

    `form`: From is not the one who wrote, so a form or a group may have sent a person's words.
    """
    absence = ABSENCE if TITLES.match(subject) else ""
    found = _bounce(headers, subject, sender.partition("@")[0]) or _receipt(headers)
    if found:
        return absence or found
    return _answered_by_itself(headers) or absence or _automatic(headers, form=form) or _to_many(headers)


def _kind(headers: Headers) -> str:
    return re.sub(r'["\s]', "", top(headers, "content-type").lower())


def _bounce(headers: Headers, subject: str, local: str) -> str:
    told = "x-failed-recipients" in headers or top(headers, "return-path").replace(" ", "") == "<>"
    report = "report-type=delivery-status" in _kind(headers) or _kind(headers).startswith("message/delivery-status")
    postmaster = local.lower() == "postmaster" and BOUNCED_TITLE.match(subject)
    return BOUNCE if told or report or postmaster or ROBOTS.fullmatch(local) else ""


def _receipt(headers: Headers) -> str:
    kind = _kind(headers)
    if "report-type=disposition-notification" in kind or kind.startswith("message/disposition-notification"):
        return RECEIPT
    if kind.startswith("multipart/report"):
        return BOUNCE
    return MEETING if kind.startswith("text/calendar") and "method=reply" in kind else ""


def _answered_by_itself(headers: Headers) -> str:
    submitted = _submitted(headers)
    said = any(top(headers, name).strip().lower() not in NO for name in ANSWERS_BY_ITSELF)
    return ABSENCE if said or submitted == "auto-replied" or _precedence(headers) & {"auto_reply", "auto-reply"} else ""


def _submitted(headers: Headers) -> str:
    return re.split(r"[;\s(]", top(headers, "auto-submitted").strip().lower())[0]


def _precedence(headers: Headers) -> set[str]:
    return {top(headers, name).strip().lower() for name in ("precedence", "x-precedence", "preference")}


def _automatic(headers: Headers, *, form: bool) -> str:
    """Forms call their mails auto-generated too, although a person wrote the words."""
    return AUTOMATIC if _submitted(headers) not in NO and not form else ""


def _to_many(headers: Headers) -> str:
    precedence = _precedence(headers)
    if any(name in headers for name in GROUP):
        return ""
    unsubscribe = "list-unsubscribe" in headers and "in-reply-to" not in headers
    return NEWSLETTER if unsubscribe or precedence & {"bulk", "junk", "list"} else ""
