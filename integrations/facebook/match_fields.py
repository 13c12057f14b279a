"""The match keys of a Facebook customer list: what a raw value becomes, and what goes on the wire.

This is the readable reference. The rules, their sources and what we decided where Meta's own sources disagree are in
docs/matching.md. No function here raises for any text.
"""

import hashlib
import re
from collections.abc import Callable

from integrations.facebook.match_dates import birth_day, birth_month, birth_year
from integrations.facebook.match_names import gender, initial, name
from integrations.facebook.match_phone import phone
from integrations.facebook.match_places import city, country, postal_code, state
from integrations.facebook.match_text import lowered, plain

LONGEST_EMAIL = 254  # RFC 5321, erratum 1690
UNHASHED = frozenset({"MADID", "EXTERN_ID"})  # the guide's key table

_EMAIL = re.compile(
    r"""[^\s@.()<>,;:\\"\[\]]+ (?:\.[^\s@.()<>,;:\\"\[\]]+)*   # atoms between single dots
        @ (?:[a-z0-9\u00a1-\U0010ffff]+ (?:-+[a-z0-9\u00a1-\U0010ffff]+)* \.)+
        (?=[^.]*[^0-9.]) [a-z0-9\u00a1-\U0010ffff]+ (?:-+[a-z0-9\u00a1-\U0010ffff]+)*""",
    re.VERBOSE,
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BEGUN = hashlib.sha256()


def email(raw: str) -> str:
    """The guide: trimmed, lower case; dots and +tags stay. What is no e-mail address goes, as in Meta's normalisers."""
    text = lowered(plain(raw)).strip()
    if len(text) > LONGEST_EMAIL or not text.isprintable():
        return ""
    return text if _EMAIL.fullmatch(text) else ""


def mobile_advertiser_id(raw: str) -> str:
    """The guide: lower case, hyphens kept, not hashed. All zeros is what a phone says that limits ad tracking."""
    text = plain(raw).strip().lower()
    return text if _UUID.fullmatch(text) and len(set(text)) > 2 else ""


def external_id(raw: str) -> str:
    """The guide: the same exact format every time. Only blanks and what UTF-8 cannot write become empty."""
    return "" if not raw.strip() or _SURROGATE.search(raw) else raw


RULES: dict[str, Callable[[str, str], str]] = {
    "EMAIL": lambda raw, _: email(raw),
    "PHONE": phone,
    "FN": lambda raw, _: name(raw),
    "LN": lambda raw, _: name(raw),
    "FI": lambda raw, _: initial(raw),
    "GEN": lambda raw, _: gender(raw),
    "DOBY": lambda raw, _: birth_year(raw),
    "DOBM": lambda raw, _: birth_month(raw),
    "DOBD": lambda raw, _: birth_day(raw),
    "CT": lambda raw, _: city(raw),
    "ST": state,
    "ZIP": postal_code,
    "COUNTRY": lambda raw, _: country(raw),
    "MADID": lambda raw, _: mobile_advertiser_id(raw),
    "EXTERN_ID": lambda raw, _: external_id(raw),
}


def normalise(key: str, raw: str, country: str = "") -> str:
    """A raw value as Facebook wants it; "" means: send an empty cell. `country` is the person's, as code or name."""
    return RULES[key](raw, country)


def cell(key: str, raw: str, country: str = "") -> str:
    """What goes on the wire: lower-case SHA-256 of the normalised value, or that value for an unhashed key.

    An empty value is an empty cell, never the hash of nothing.
    """
    value = normalise(key, raw, country)
    return value if key in UNHASHED else hashed(value)


def hashed(value: str) -> str:
    """Lower-case SHA-256 of the UTF-8 text; nothing for nothing. To begin with a copy is twice as fast as anew."""
    if not value:
        return ""
    digest = _BEGUN.copy()
    digest.update(value.encode())
    return digest.hexdigest()
