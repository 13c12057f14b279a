"""PHONE: digits with the country's calling code and without leading zeros.

The guide: no symbols, no letters, no leading zeros, calling code in front. Trunk zeros and extensions are no part of a
number, though Meta's own code glues them on; phonenumbers knows them, and the common spellings do without it.
"""

import re
from collections.abc import Callable

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, ValidationResult

from integrations.facebook.match_dialling import dialling, is_without_trunk_prefix
from integrations.facebook.match_places import country as country_code
from integrations.facebook.match_text import plain, with_ascii_digits

LONGEST_TEXT = 250  # phonenumbers' own limit
SHORTEST, LONGEST = 7, 15  # E.164 allows 15 digits; the shortest numbers in use (Niue, Saint Helena) have 7
WITH_CALLING_CODE = 11  # without a plus or a country, so many digits are read as an international number

# After five digits a letter, semicolon, comma or hash begins an extension: "x12", "ext. 5", ";ext=5", "poste 3".
_NUMBER = re.compile(r"(?:\D*\d){5}(?:[^\w;,#]|[\d_])*")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_SPELLING = " -.()/\u00a0"
_SPELLING_IN_ASCII, _NO_SPELLING = _SPELLING[:-1].encode(), str.maketrans("", "", _SPELLING)
_SIMPLE = re.compile(r"\+?[1-9][0-9]{6,14}")
_LOCAL = re.compile(r"0[1-9][0-9]{5,13}")
_NANP_LOCAL = re.compile(r"[2-9][0-9]{9}")
_NANP = re.compile(r"1[2-9][0-9]{9}")


def phone(raw: str, country: str = "") -> str:
    """`country` (a code or a name) is where a number without a calling code belongs."""
    if len(raw) > LONGEST_TEXT:
        return ""
    region = country_code(country).upper()
    text = with_ascii_digits(plain(raw))
    return common_spelling(text, region) or any_spelling(text, region)


def common_spelling(text: str, region: str) -> str:
    """The numbers that `any_spelling` would give back digit by digit, without asking it; "" for all others."""
    return common_number(text if _SIMPLE.fullmatch(text) else _without_spelling(text.strip()), region)


def common_number(text: str, region: str) -> str:
    """The same, of a text without what numbers are spelled with."""
    if not _SIMPLE.fullmatch(text):
        return _with_trunk_zero(text, region) if region and _LOCAL.fullmatch(text) else ""
    digits = text.removeprefix("+")
    if digits == text and region:
        return _north_american(digits) if region in ("US", "CA") else _without_trunk_zero(digits, region)
    is_local = digits == text and len(digits) < WITH_CALLING_CODE
    return digits if is_local or is_without_trunk_prefix(digits) else ""


def without_spelling(text: str) -> str:
    """Without the signs in ASCII that numbers are spelled with."""
    return text.encode(errors="surrogatepass").translate(None, _SPELLING_IN_ASCII).decode(errors="surrogatepass")


def _without_spelling(text: str) -> str:
    return without_spelling(text) if text.isascii() else text.translate(_NO_SPELLING)


def _north_american(digits: str) -> str:
    if _NANP_LOCAL.fullmatch(digits):
        return f"1{digits}"
    return digits if _NANP.fullmatch(digits) else ""


def _with_trunk_zero(digits: str, region: str) -> str:
    """What is dialled with a 0 within the country."""
    home, number = dialling(region), digits[1:]
    if not home or home.rewrites or len(number) not in home.lengths or not home.national.fullmatch(number):
        return ""
    trunk = home.trunk.match(digits)
    is_local = trunk and trunk[0] == "0" and not home.abroad.match(digits)
    return f"{home.code}{number}" if is_local and len(number) <= LONGEST - len(home.code) else ""


def _without_trunk_zero(digits: str, region: str) -> str:
    """What is dialled as it is within the country, or was written without its 0. Where it could be an international
    number it must be in use there."""
    home = dialling(region)
    if not home or len(digits) not in home.lengths or digits.startswith(home.code):
        return ""
    if len(digits) >= WITH_CALLING_CODE and not home.has(digits):
        return ""
    trunk, found = home.trunk.match(digits), f"{home.code}{digits}"
    is_local = not (trunk and trunk[0]) and not home.abroad.match(digits)
    return found if is_local and len(found) <= LONGEST and is_without_trunk_prefix(found) else ""


def any_spelling(text: str, region: str) -> str:
    number = _NUMBER.match(text)
    text = number[0] if number else text
    digits = _NOT_DIGITS.sub("", text)
    has_plus = bool(digits) and "+" in text[: text.index(digits[0])]
    found = _settled(_e164(_international(digits, has_plus, region)) or digits.lstrip("0"))
    return found if SHORTEST <= len(found) <= LONGEST else ""


def _settled(digits: str) -> str:
    """Without the trunk zeros that are still in it, as in "+49 (0)0 ..." or "049 (0)30 ..."; twice gives the same."""
    before = ""
    while digits != before and len(digits) >= WITH_CALLING_CODE and not is_without_trunk_prefix(digits):
        before, digits = digits, _e164(_first(_is_valid, _parsed(f"+{digits}", ""))) or digits
    return digits


def _international(digits: str, has_plus: bool, region: str) -> PhoneNumber | None:
    """Zeros in front tell: "+44", "0044" and Meta's vector "+001" are international, "+0161" has a stray plus."""
    bare = digits.lstrip("0")
    zeros = len(digits) - len(bare)
    worldwide = _parsed(f"+{bare}", "")
    if has_plus and zeros != 1:
        return _first(_is_possible, worldwide)
    local = _parsed(digits, region)
    if zeros > 1:
        return _first(_is_valid, local) or _first(_is_possible, worldwide)
    if zeros == 0 and bare.startswith(str(phonenumbers.country_code_for_region(region))):
        # "4930..." in Germany is not local: local numbers are written with their 0
        return _first(_is_valid, worldwide, local) or _first(_is_possible, local)
    if zeros == 0 and len(bare) >= WITH_CALLING_CODE:
        return _first(_is_valid, local, worldwide) or _first(_is_possible, local)
    return _first(_is_possible, local)


def _first(is_good: Callable[[PhoneNumber], bool], *readings: PhoneNumber | None) -> PhoneNumber | None:
    return next((number for number in readings if number is not None and is_good(number)), None)


def _parsed(text: str, region: str) -> PhoneNumber | None:
    """A `region` is needed for a number without a plus."""
    try:
        return phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None


def _is_valid(number: PhoneNumber) -> bool:
    return phonenumbers.is_valid_number(number)


def _is_possible(number: PhoneNumber) -> bool:
    """Of a length that the country has, area code included."""
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


def _e164(number: PhoneNumber | None) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164).removeprefix("+") if number else ""
