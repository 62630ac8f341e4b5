"""Decodes bytes by their label as mail programs do: the WHATWG encodings, and what they leave out."""

import codecs

import webencodings

OLD = {
    "utf-7": "utf-7",
    "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7",
    "hz-gb-2312": "hz",
    "iso-2022-kr": "iso2022_kr",
    "utf-32": "utf-32",
    "cp437": "cp437",
    "cp850": "cp850",
    "cp858": "cp858",
    "big5-hkscs": "big5hkscs",
    "iso-2022-jp-1": "iso2022_jp_1",
    "iso-2022-jp-2": "iso2022_jp_2",
    "iso-2022-jp-3": "iso2022_jp_3",
    "cp932": "cp932",
    "ms-kanji": "cp932",
    "cp936": "gb18030",
    "ms936": "gb18030",
    "windows-936": "gb18030",
    "ms949": "cp949",
    "cp950": "cp950",
    "ms950": "cp950",
    "windows-950": "cp950",
}
"""Labels that browsers refuse as dangerous for pages, and mails still have."""
WIDER = {"gbk": "gb18030", "euc-jp": "euc_jis_2004"}
"""What one writes today under the name of the smaller set."""
JAPANESE = ("iso2022_jp", "iso2022_jp_2004", "iso2022_jp_ext")
JAPANESE_LABELS = frozenset({"iso-2022-jp", "iso-2022-jp-ms", "csiso2022jp", "cp50220", "cp50221", "cp50222"})
FALLBACK = "windows-1252"
ONE_BYTE = ("cp125", "windows-", "iso8859-", "iso-8859-", "koi8-", "mac-", "ibm866", "cp866", "cp874", "cp437", "cp85")


def decoded(raw: bytes, label: str) -> str:
    """Never raises: what fits no encoding reads with "�" in it."""
    if raw.isascii() and b"\x1b" not in raw and b"+" not in raw and b"~" not in raw:
        return raw.decode("ascii")
    for codec in _codecs(raw, _plain(label)):
        try:
            return raw.decode(codec).removeprefix("\ufeff")
        except (UnicodeError, ValueError):
            continue
    return raw.decode(_named(_plain(label)) or FALLBACK, "replace").removeprefix("\ufeff")


def _plain(label: str) -> str:
    """ "UTF-8*en" and "'utf8'" are seen, too."""
    return label.partition("*")[0].strip(" \t\r\n\"';").lower()[:40]


def _codecs(raw: bytes, label: str) -> tuple[str, ...]:
    """In the order in which they are tried: what is whole UTF-8 under the label of one-byte letters is UTF-8."""
    named = _named(label)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and named in {None, "utf-16le", "utf-16be", "utf-8"}:
        return ("utf-16",)
    if label in JAPANESE_LABELS:
        return (*JAPANESE, "utf-8", "cp932")
    if named is None or named.startswith(ONE_BYTE):
        return ("utf-8", *((named,) if named else ()))
    return (named, "utf-8", *((FALLBACK,) if named == "utf-8" else ()))


def _named(label: str) -> str | None:
    """The codec's name in Python; None for a label that nobody knows."""
    if label in OLD:
        return OLD[label]
    found = webencodings.lookup(label)
    if found is None and label.startswith("cp") and label[2:].isdigit():
        found = webencodings.lookup(f"windows-{label[2:]}")
    if found is None or found.name in {"replacement", "x-user-defined"}:
        return None
    return str(WIDER.get(found.name, found.name if found.name == FALLBACK else found.codec_info.name))
