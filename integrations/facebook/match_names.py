"""FN, LN, FI and GEN: who somebody is called, and the two genders that Facebook takes."""

import string
import unicodedata

from integrations.facebook.match_text import lowered, plain

_NOT_ASCII_LETTERS = dict.fromkeys(set(range(128)) - set(map(ord, string.ascii_letters)))
# Modifier letters that are written for an apostrophe (the okina, Ukrainian and transliterated names). Unicode counts
# them as letters; to a reader they are the punctuation that the guide wants gone.
_APOSTROPHES = frozenset("\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\ua78b\ua78c")

GENDERS = {
    word: gender
    for gender, words in {
        "m": "m male man men boy gentleman mr mister sir he him masculine "
        "homme masculin garcon hombre masculino varon mann mannlich maennlich herr uomo maschio maschile homem",
        "f": "f female woman women girl lady mrs ms miss madam she her feminine "
        "femme feminin fille mujer femenino feminino frau weiblich donna femmina femminile mulher vrouw",
    }.items()
    for word in words.split()
}


def _is_kept(char: str) -> bool:
    if char.isalpha():
        return char not in _APOSTROPHES
    return unicodedata.category(char) in ("Mn", "Mc")


def name(raw: str) -> str:
    """Lower-case letters of any script with their accents, and nothing else.

    The guide: lower case, no punctuation, letters outside a-z in UTF-8. Meta's capi-param-builder would keep digits
    and emoji; no name on Facebook can have one.
    """
    if raw.isascii():
        return (raw if raw.isalpha() else raw.translate(_NOT_ASCII_LETTERS)).lower()
    kept = "".join(filter(_is_kept, lowered(plain(raw))))
    return unicodedata.normalize("NFC", _from_first_letter(kept))


def _from_first_letter(text: str) -> str:
    """An accent that has lost its letter (it stood on a digit, say) means nothing."""
    return text[next((n for n, char in enumerate(text) if char.isalpha()), len(text)) :]


def initial(raw: str) -> str:
    """The guide: the first character of the normalised first name."""
    return name(raw)[:1]


def gender(raw: str) -> str:
    """The guide: m or f. Words are ours (fewer than capi-param-builder's, which reads "count" and "god" as male)."""
    if len(raw) > 20:
        return ""
    text = unicodedata.normalize("NFKD", lowered(plain(raw)))
    return GENDERS.get("".join(filter(str.isalnum, text)), "")
