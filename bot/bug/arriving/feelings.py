"""Reads the mood of a told customer's words, by small lists in our customers' languages. A person decides."""

import re
from datetime import timedelta
from typing import Literal

from bot.bug.retro.mood import Mood, mood

LATER = timedelta(hours=1)
"""A word in the same talk is not a return."""

Feeling = Literal["thanks", "still_broken", "bought", "came_back"]

_BROKEN = re.compile(
    r"\b(immer noch|noch immer|weiterhin|wieder)\b[^.!?\n]{0,40}\b(nicht|kaputt|fehler|problem)\b"
    r"|\b(geht|funktioniert|klappt|läuft)\b[^.!?\n]{0,20}\b(nicht|immer noch nicht)\b|\bderselbe fehler\b"
    r"|\b(toujours|encore)\b[^.!?\n]{0,40}\b(pas|erreur|problème|bug)\b|\bne (marche|fonctionne) (toujours )?pas\b"
    r"|\b(sigue|todavía|aún)\b[^.!?\n]{0,40}\b(no|error|fallando|problema)\b|\bno funciona\b"
    r"|\b(ainda|continua)\b[^.!?\n]{0,40}\b(não|erro|problema)\b|\bnão funciona\b"
    r"|\b(ancora|sempre)\b[^.!?\n]{0,40}\b(non|errore|problema)\b|\bnon funziona\b"
    r"|\b(nog steeds|nog altijd)\b[^.!?\n]{0,40}\b(niet|fout|probleem)\b|\bwerkt (nog )?niet\b"
    r"|\b(nadal|wciąż)\b[^.!?\n]{0,40}\b(nie|błąd|problem)\b|\bnie działa\b",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(danke\w*|vielen dank|super|prima|klasse|merci|parfait|génial|gracias|perfecto|genial|obrigad[oa]|perfeito"
    r"|grazie|perfetto|ottimo|bedankt|dank je|dank u|geweldig|dzięk\w+|świetnie|tack|tak|kiitos|děkuj\w+)\b",
    re.IGNORECASE,
)
_BOUGHT = re.compile(
    r"\b(I|we)([’']ve| have)? (just |already )?(bought|upgraded|subscribed|purchased|ordered)\b"
    r"|\b(habe?n?|hab)\b[^.!?\n]{0,30}\b(gekauft|gebucht|bestellt|abgeschlossen)\b"
    r"|\b(j[’']ai|nous avons)\b[^.!?\n]{0,20}\b(acheté|souscrit|commandé)\b"
    r"|\b(he|hemos) (comprado|contratado)\b|\b(ho|abbiamo) (comprato|acquistato)\b",
    re.IGNORECASE,
)


def feeling(text: str) -> Feeling | None:
    """What is still broken comes before all thanks; None where the words say neither."""
    said = mood(text)
    if said is Mood.STILL_BROKEN or _BROKEN.search(text):
        return "still_broken"
    if _BOUGHT.search(text):
        return "bought"
    return "thanks" if said is Mood.THANKED or _THANKS.search(text) else None
