"""The match fields a marketer may choose: which keys each sends, and from which column of the profile."""

from collections.abc import Sequence

FIELDS: dict[str, tuple[tuple[str, ...], str]] = {
    "email": (("EMAIL",), "email"),
    "phone": (("PHONE",), "phone"),
    "first_name": (("FN",), "first_name"),
    "last_name": (("LN",), "last_name"),
    "first_initial": (("FI",), "first_name"),
    "gender": (("GEN",), "gender"),
    "date_of_birth": (("DOBY", "DOBM", "DOBD"), "date_of_birth"),
    "city": (("CT",), "city"),
    "state": (("ST",), "state"),
    "zip": (("ZIP",), "zip"),
    "country": (("COUNTRY",), "country"),
    "mobile_advertiser_id": (("MADID",), "mobile_advertiser_id"),
    "external_id": (("EXTERN_ID",), "external_id"),
}
LABELS = {
    "email": "E-mail", "phone": "Phone", "first_name": "First name", "last_name": "Last name",
    "first_initial": "First initial", "gender": "Gender", "date_of_birth": "Date of birth", "city": "City",
    "state": "State", "zip": "ZIP", "country": "Country", "mobile_advertiser_id": "Mobile advertiser id",
    "external_id": "External id",
}  # fmt: skip
USELESS = {
    "email": "not an e-mail address", "phone": "not 7 to 15 digits with the country's code",
    "first_name": "no letter in it", "last_name": "no letter in it", "first_initial": "no letter in it",
    "gender": "Facebook takes only male and female", "date_of_birth": "before 1900, or still to come",
    "city": "no letter from a to z in it", "state": "no letter from a to z in it",
    "zip": "fewer than two letters from a to z or digits", "country": "no country is called so",
    "mobile_advertiser_id": "not an advertiser's id, or one that says: do not track", "external_id": "blank",
}  # fmt: skip
"""Why a value that is there can't be matched: what its rule in docs/matching.md asks for."""
IDENTIFYING = {"email", "phone", "mobile_advertiser_id", "external_id"}
"""Any one of these can find a person; names do together with a place or a date of birth, the rest never do."""


def read_fields(value) -> list[str]:
    """The `fields` of a Facebook Audience Step."""
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("Fields are a list of names.")
    unknown = [name for name in value if name not in FIELDS]
    if unknown:
        raise ValueError(f"There is no field {unknown[0]!r}. Fields: {', '.join(FIELDS)}.")
    if len(set(value)) != len(value):
        raise ValueError("A field is named twice.")
    return value


def keys(fields: Sequence[str]) -> list[tuple[str, str]]:
    """(key, column) in the order of the schema; the order of FIELDS, so that an audience keeps one schema."""
    chosen = [FIELDS[name] for name in FIELDS if name in fields]
    return [(key, column) for some, column in chosen for key in some]


def columns(fields: Sequence[str]) -> list[str]:
    """The columns to read; the country always, since phones, states and ZIPs are read by it."""
    return list(dict.fromkeys([*(column for _, column in keys(fields)), "country"]))
