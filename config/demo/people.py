"""Believable, messy people: a few thousand customers of Fernway Outdoor, as they would come out of its shop system.

The same seed makes the same people. `now` is when the file was written: orders lie before it.
"""

import csv
import io
import random
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from .places import PLACES, Place

COLUMNS = (
    "external_id", "email", "phone", "first_name", "last_name", "gender", "date_of_birth", "city", "state", "zip",
    "country", "language", "time_zone", "mobile_advertiser_id", "loyalty_tier", "lifetime_value", "last_order_at",
    "newsletter", "favourite_activity",
)  # fmt: skip
# Domains that nobody can own (RFC 2606, RFC 6761).
DOMAINS = ("example.com", "example.com", "example.org", "example.net", "mail.example", "post.example")
TIERS = ("", "", "", "Explorer", "Explorer", "Pathfinder", "Summit")
ACTIVITIES = ("Hiking", "Climbing", "Ski touring", "Trail running", "Paddling", "Camping", "Bikepacking", "Fly fishing")
WOMAN, MAN = ("f", "F", "female", "Ms", ""), ("m", "M", "male", "Mr", "")
LETTERS = {"ß": "ss", "ø": "o", "ł": "l", "ı": "i", "đ": "d"}

Row = dict[str, str]


def rows(count: int, now: datetime, first: int = 1, seed: int = 2026) -> Iterator[Row]:
    """That many people, numbered from `first`."""
    dice = random.Random(f"{seed}/{first}")  # noqa: S311
    shares = [place.share for place in PLACES]
    for number in range(first, first + count):
        yield person(number, dice.choices(PLACES, shares)[0], dice, now)


def person(number: int, place: Place, dice: random.Random, now: datetime) -> Row:
    is_woman = dice.random() < 0.52
    first_name = dice.choice(place.women if is_woman else place.men)
    last_name = dice.choice(place.last_names)
    known = {
        "external_id": f"FW-{number:06}",
        "email": email(first_name, last_name, number, dice),
        "phone": sometimes(0.62, spell(dice.choice(place.phones), dice) if place.phones else "", dice),
        "first_name": untidy(first_name, dice),
        "last_name": sometimes(0.95, untidy(last_name, dice), dice),
        "gender": dice.choice(WOMAN if is_woman else MAN),
        "date_of_birth": sometimes(0.4, birthday(dice, now), dice),
        "country": sometimes(0.93, dice.choice(place.spellings), dice),
        "language": place.language,
        "time_zone": place.time_zone,
        "mobile_advertiser_id": sometimes(0.12, str(UUID(int=dice.getrandbits(128))).upper(), dice),
    }
    return known | home(place, dice) | habits(dice, now)


def email(first_name: str, last_name: str, number: int, dice: random.Random) -> str:
    """Most have one; it is written as people write, and some of it can't be used."""
    chance = dice.random()
    if chance < 0.09:
        return dice.choice(("", "", "n/a", "none@", "unknown"))
    name = ".".join(part for part in (plain(first_name), plain(last_name)) if part) or "customer"
    written = f"{name}{number}@{dice.choice(DOMAINS)}"
    return dice.choice((written, written, written, written.title(), written.upper(), f"  {written} "))


def plain(name: str) -> str:
    """ASCII letters for an address; nothing for another script."""
    text = unicodedata.normalize("NFKD", name.lower().translate(str.maketrans(LETTERS)))
    return "".join(letter for letter in text if letter.isascii() and letter.isalpha())


def untidy(name: str, dice: random.Random) -> str:
    return dice.choice((name, name, name, name, name.upper(), name.lower(), f" {name}", f"{name}  "))


def spell(pattern: str, dice: random.Random) -> str:
    return "".join(str(dice.randrange(10)) if letter == "#" else letter for letter in pattern)


def birthday(dice: random.Random, now: datetime) -> str:
    return (now - timedelta(days=dice.randrange(18 * 365, 80 * 365))).date().isoformat()


def home(place: Place, dice: random.Random) -> Row:
    city, state, code = dice.choice(place.towns)
    written = spell(code, dice)
    return {
        "city": sometimes(0.8, untidy(city, dice), dice),
        "state": sometimes(0.7, state, dice),
        "zip": sometimes(0.75, dice.choice((written, written, written.lower(), f" {written}")), dice),
    }


def habits(dice: random.Random, now: datetime) -> Row:
    """Few spend much, many are long gone."""
    spent = round(min(dice.paretovariate(1.1) * 45, 9_500), 2)
    days = min(dice.expovariate(1 / 110), 1_400)
    has_ordered = dice.random() < 0.92
    return {
        "loyalty_tier": dice.choice(TIERS),
        "lifetime_value": f"{spent:.2f}" if has_ordered else "0",
        "last_order_at": f"{now - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" if has_ordered else "",
        "newsletter": dice.choice(("true", "false", "TRUE", "false", "")),
        "favourite_activity": sometimes(0.7, dice.choice(ACTIVITIES), dice),
    }


def sometimes(share: float, text: str, dice: random.Random) -> str:
    return text if dice.random() < share else ""


def text(people: Iterable[Row]) -> str:
    """The people as a CSV file."""
    file = io.StringIO(newline="")
    table = csv.DictWriter(file, COLUMNS, restval="")
    table.writeheader()
    table.writerows(people)
    return file.getvalue()
