"""CT, ST, ZIP and COUNTRY: where somebody lives.

Only names may hold anything but a-z and 0-9 (the guide's common rule), so accented letters go, as in all three of
Meta's code bases: São Paulo is `sopaulo`.
"""

import re
import unicodedata
from functools import lru_cache

from integrations.facebook.match_countries import COUNTRIES
from integrations.facebook.match_text import plain, with_ascii_digits

LONGEST_COUNTRY = 100
WITH_US_ZIP_CODES = frozenset({"us", "pr", "vi", "gu", "as", "mp", "um", "fm", "mh", "pw"})
SHORTEST_ZIP = 2  # both of Meta's normalisers drop a shorter one

_NOT_LETTERS = re.compile(r"[^A-Za-z]+")
_NOT_LETTERS_OR_DIGITS = re.compile(r"[^A-Za-z0-9]+")
_LOOKS_LIKE_US_ZIP = re.compile(r"[0-9]{9}")
_US_PREFIX = re.compile(r"\s*US\s*[-_]", re.IGNORECASE | re.ASCII)  # ISO 3166-2: US-CA
_OF = re.compile(r"^(the)?(republic|kingdom)of(the)?|^the")

# The ANSI (FIPS 5-2) state codes with the territories, and the postal codes of the armed forces.
US_STATES = {
    "alabama": "al", "alaska": "ak", "arizona": "az", "arkansas": "ar", "california": "ca", "colorado": "co",
    "connecticut": "ct", "delaware": "de", "districtofcolumbia": "dc", "florida": "fl", "georgia": "ga",
    "hawaii": "hi", "idaho": "id", "illinois": "il", "indiana": "in", "iowa": "ia", "kansas": "ks", "kentucky": "ky",
    "louisiana": "la", "maine": "me", "maryland": "md", "massachusetts": "ma", "michigan": "mi", "minnesota": "mn",
    "mississippi": "ms", "missouri": "mo", "montana": "mt", "nebraska": "ne", "nevada": "nv", "newhampshire": "nh",
    "newjersey": "nj", "newmexico": "nm", "newyork": "ny", "northcarolina": "nc", "northdakota": "nd", "ohio": "oh",
    "oklahoma": "ok", "oregon": "or", "pennsylvania": "pa", "rhodeisland": "ri", "southcarolina": "sc",
    "southdakota": "sd", "tennessee": "tn", "texas": "tx", "utah": "ut", "vermont": "vt", "virginia": "va",
    "washington": "wa", "westvirginia": "wv", "wisconsin": "wi", "wyoming": "wy",
    "americansamoa": "as", "guam": "gu", "northernmarianaislands": "mp", "puertorico": "pr", "virginislands": "vi",
    "usvirginislands": "vi", "usminoroutlyingislands": "um", "micronesia": "fm", "federatedstatesofmicronesia": "fm",
    "marshallislands": "mh", "palau": "pw",
    "armedforcesamericas": "aa", "armedforceseurope": "ae", "armedforcespacific": "ap",
    "washingtondc": "dc", "washingtonstate": "wa", "newyorkstate": "ny", "commonwealthofpuertorico": "pr",
    "commonwealthofvirginia": "va", "commonwealthofmassachusetts": "ma", "commonwealthofpennsylvania": "pa",
    "commonwealthofkentucky": "ky",
    # The abbreviations that newspapers and older address books use
    "ala": "al", "ariz": "az", "ark": "ar", "calif": "ca", "cali": "ca", "colo": "co", "conn": "ct", "del": "de",
    "fla": "fl", "ill": "il", "ind": "in", "kan": "ks", "kans": "ks", "mass": "ma", "mich": "mi", "minn": "mn",
    "miss": "ms", "mont": "mt", "neb": "ne", "nebr": "ne", "nev": "nv", "okla": "ok", "ore": "or", "oreg": "or",
    "penn": "pa", "penna": "pa", "tenn": "tn", "tex": "tx", "wash": "wa", "wis": "wi", "wisc": "wi", "wyo": "wy",
}  # fmt: skip
_US_CODES = frozenset(US_STATES.values())


def city(raw: str) -> str:
    """The guide: a-z only, lower case, no punctuation, no special characters, no white space."""
    return _NOT_LETTERS.sub("", plain(raw)).lower()


def state(raw: str, country_name: str = "") -> str:
    """The guide: the two-letter code of a US state; outside the US lower case without punctuation, special characters
    and white space. Where the country is unknown, what reads as a US state is one.
    """
    letters = _NOT_LETTERS.sub("", plain(raw)).lower()
    if country(country_name) not in WITH_US_ZIP_CODES | {""}:
        return letters
    prefixed = _US_PREFIX.match(raw)
    return US_STATES.get(letters) or (letters[2:] if prefixed and letters[2:] in _US_CODES else letters)


def postal_code(raw: str, country_name: str = "") -> str:
    """The guide: lower case, no white space (and the Conversions API's page: no dash), five digits in the US.

    Nine digits without a country are a US ZIP+4: no other country writes postal codes so.
    """
    cleaned = _NOT_LETTERS_OR_DIGITS.sub("", with_ascii_digits(plain(raw))).lower()
    where = country(country_name)
    if where in WITH_US_ZIP_CODES or (not where and _LOOKS_LIKE_US_ZIP.fullmatch(cleaned)):
        cleaned = cleaned[:5]
    return cleaned if len(cleaned) >= SHORTEST_ZIP else ""


def country(raw: str) -> str:
    """The guide: the ISO 3166-1 alpha-2 code in lower case. Names and alpha-3 codes become it, "UK" becomes `gb`."""
    return _country(raw) if len(raw) <= LONGEST_COUNTRY else ""


@lru_cache(maxsize=4_096)
def _country(raw: str) -> str:
    name = _folded(raw)
    return COUNTRY_CODES.get(name) or COUNTRY_CODES.get(_OF.sub("", name), "")


def _folded(text: str) -> str:
    """Letters without accents, for looking up a name; never what is sent."""
    text = unicodedata.normalize("NFKD", plain(text).replace("&", " and ")).casefold()
    return "".join(filter(str.isalpha, text))


def _country_codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for line in COUNTRIES.strip().splitlines():
        alpha_2, alpha_3, names = line.split(" ", 2)
        for name in (alpha_2, alpha_3, *names.split("|")):
            codes[_folded(name)] = alpha_2.lower()
    return codes


COUNTRY_CODES = _country_codes()
