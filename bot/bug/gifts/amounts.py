"""Amounts of money as people type them: "7.50", "1.000,50", "¥500", "1'000 CHF". Pure."""

import re
import unicodedata
from decimal import Decimal

from bot.bug.money import Money, minor_digits

SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "zł": "PLN"}
SHARED = {"$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN"), "¥": ("JPY", "CNY")}
"""Signs that several currencies have."""
_GROUP = 3


class Unclear(ValueError):
    """Not an amount, or not certainly one; the message says what to write."""


def amount(text: str, currency: str) -> Money:
    """The amount in minor units, exactly as it was typed. Raises Unclear.

    "1,000" is a thousand to one person and one to another, so it is refused, and both readings are named.
    """
    typed = _without_currency(text, currency)
    if not re.fullmatch(r"[\d.,]+", typed) or not typed[:1].isdigit():
        raise Unclear("Write an amount, as in 5 or 7.50.")
    whole, fraction = _parts(typed, currency)
    digits = minor_digits(currency)
    if len(fraction.rstrip("0")) > digits:
        places = f"at most {digits} digits after the point" if digits else "no digits after the point"
        raise Unclear(f"{currency} has {places}.")
    return Money(amount=int(Decimal(f"{whole}.{fraction or 0}").scaleb(digits)), currency=currency)


def plainly(text: str) -> bool:
    """Whether it is written so that nobody can read it otherwise: digits, and at most two after a point or a comma."""
    return bool(re.fullmatch(r"\d+([.,]\d{1,2})?", text.strip()))


def _without_currency(text: str, currency: str) -> str:
    """The digits and their marks. Raises Unclear for the sign of another currency."""
    typed = unicodedata.normalize("NFKC", text).strip()
    for sign, code in SIGNS.items():
        if sign in typed:
            if currency not in SHARED.get(sign, (code,)):
                raise Unclear(f"{sign} is not {currency}: credits here are in {currency}.")
            typed = typed.replace(sign, "", 1)
    named = re.search(r"(?<![A-Za-z])[A-Za-z]{3}(?![A-Za-z])", typed)
    if named:
        if named[0].upper() != currency:
            raise Unclear(f"{named[0].upper()} is not {currency}: credits here are in {currency}.")
        typed = typed.replace(named[0], "", 1)
    return re.sub(r"(?<=\d)[\s'’_](?=\d{3}(?!\d))", "", typed.strip())


def _parts(typed: str, currency: str) -> tuple[str, str]:
    """Whole units and fraction. The last mark is the point if there are two kinds; marks of one kind that repeat group."""
    marks = [ch for ch in typed if ch in ".,"]
    if not marks:
        return typed, ""
    point = marks[-1]
    if len(set(marks)) == 1 and len(marks) > 1:
        return _grouped(typed, point), ""
    whole, _, fraction = typed.rpartition(point)
    if len(marks) == 1 and len(fraction) == _GROUP and whole.lstrip("0"):
        thousands = Money(amount=int(whole + fraction) * 10 ** minor_digits(currency), currency=currency)
        raise Unclear(f"{typed} can be read in two ways. Write {whole}{fraction} for {thousands}, or {whole}.")
    return (_grouped(whole, marks[0]) if len(marks) > 1 else whole), fraction


def _grouped(text: str, mark: str) -> str:
    first, *groups = text.split(mark)
    if not 1 <= len(first) <= _GROUP or any(len(group) != _GROUP or not group.isdigit() for group in groups):
        raise Unclear("Write an amount, as in 5 or 7.50.")
    return "".join([first, *groups])
