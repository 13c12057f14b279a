"""How numbers are dialled: within a country, and from abroad. What phonenumbers knows of it, ready for many numbers."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_NOTHING = re.compile(r"(?!)")
KINDS = (
    "mobile", "fixed_line", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan",
    "voicemail",
)  # fmt: skip
"""What phonenumbers calls the kinds of numbers; most people have the first."""


class Dialling(NamedTuple):
    """What is dialled before national numbers (`rewrites`: where there is more to it than leaving it out), and before
    international ones; the form and lengths of the former, and the forms of each kind of number in use."""

    code: str
    trunk: re.Pattern[str]
    abroad: re.Pattern[str]
    national: re.Pattern[str]
    lengths: frozenset[int]
    rewrites: bool
    kinds: Sequence[tuple[re.Pattern[str], frozenset[int]]]

    def has(self, number: str) -> bool:
        """As phonenumbers' is_valid_number."""
        is_national = self.national.fullmatch(number)
        return bool(is_national) and any(len(number) in size and form.fullmatch(number) for form, size in self.kinds)


@lru_cache(maxsize=512)
def dialling(region: str) -> Dialling | None:
    """None where the region shares its calling code, or nothing is dialled before national numbers."""
    code = phonenumbers.country_code_for_region(region)
    metadata = PhoneMetadata.metadata_for_region(region, None) if code else None
    is_main = code and COUNTRY_CODE_TO_REGION_CODE[code][0] == region
    if not is_main or not metadata.national_prefix_for_parsing:
        return None
    general, rewrites = metadata.general_desc, bool(metadata.national_prefix_transform_rule)
    forms = (metadata.national_prefix_for_parsing, metadata.international_prefix, general.national_number_pattern)
    return Dialling(str(code), *map(re.compile, forms), frozenset(general.possible_length), rewrites, _kinds(metadata))


def _kinds(metadata: PhoneMetadata) -> list[tuple[re.Pattern[str], frozenset[int]]]:
    kinds = [kind for kind in (getattr(metadata, name) for name in KINDS) if kind and kind.national_number_pattern]
    lengths = frozenset(metadata.general_desc.possible_length)
    return [(re.compile(kind.national_number_pattern), frozenset(kind.possible_length) or lengths) for kind in kinds]


def is_without_trunk_prefix(digits: str) -> bool:
    """Whether phonenumbers would take the national number as it is."""
    length, trunk = _calling_code(digits[:3])
    found = trunk.match(digits, length)
    return found is None or not found[0]


@lru_cache(maxsize=1_024)
def _calling_code(start: str) -> tuple[int, re.Pattern[str]]:
    """How many digits of `start` are the calling code, and what people dial before a national number there: a 0 in
    most countries, a 1, an 8, carrier codes or nothing.
    """
    code = next((start[:n] for n in (1, 2, 3) if int(start[:n]) in COUNTRY_CODE_TO_REGION_CODE), "")
    if not code:
        return 0, _NOTHING
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(code), COUNTRY_CODE_TO_REGION_CODE[int(code)][0])
    return len(code), re.compile(metadata.national_prefix_for_parsing or _NOTHING.pattern)
