"""People as brands have them, always the same: skewed names, values missing, phones spelt anyhow.

Three names in a hundred are not in ASCII.
"""

import random
from collections.abc import Iterator

FIRST = ["Mary", "James", "Patricia", "Robert", "Jennifer", "Ann-Marie"]
LAST = ["Smith", "Johnson", "Williams", "Nowak", "O'Neil", "Jean-Luc"]
CITIES = ["New York", "London", "Berlin", "St. Louis", "Paris", "Toronto", "Madrid", "Wien", "Warszawa"]
ACCENTS = ["José", "Zoë", "Søren", "Łukasz", "Νίκος", "지훈", "García", "Müller", "Nguyễn", "김", "Иванов", "São Paulo"]
STATES = ["California", "NY", "Texas", "Ontario", "Bayern", "Florida", "Calif.", "New South Wales"]
COUNTRIES = ["US"] * 6 + ["GB", "DE", "FR", "CA", "Germany", "usa", "BR", ""]
GENDERS = ["m", "f", "Female", "male", "", "x"]
AMERICAN = ("+1{0}{1}{2}", "({0}) {1}-{2}", "1-{0}-{1}-{2}", "{0}.{1}.{2}")
GERMAN = ("+4930{1}{2}", "030 {1}{2}")
ELSEWHERE = {
    "GB": ("+4420{1}{2}7", "020 7{1} {2}"), "DE": GERMAN, "Germany": GERMAN, "FR": ("+331{1}{2}2", "01 {1}{2}2"),
    "BR": ("+55119{2}{2}", "(11) 9{2}-{2}"),
}  # fmt: skip


def people(count: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """Raw values by column; an unknown one is an empty text."""
    chance = random.Random(seed)
    for number in range(count):
        yield person(number, chance)


def phone(country: str, chance: random.Random) -> str:
    """Most as machines write them, the rest as at home; two in a hundred of another country's."""
    digits = chance.randint(201, 989), chance.randint(200, 999), f"{chance.randrange(10**4):04}"
    ways = ELSEWHERE.get(country, AMERICAN)
    if chance.random() < 0.02:
        return "({}) {}-{}".format(*digits)
    return ways[0 if chance.random() < 0.7 else -1].format(*digits)


def person(number: int, chance: random.Random) -> dict[str, str]:
    first, last = common(FIRST, 4_000, chance), common(LAST, 40_000, chance)
    country = chance.choice(COUNTRIES)
    return {
        "external_id": f"user-{number}",
        "email": some(f"{plain(first)}.{plain(last)}{number}@Example.com", 0.95, chance),
        "phone": some(phone(country, chance), 0.7, chance),
        "first_name": some(first, 0.9, chance),
        "last_name": some(last, 0.9, chance),
        "gender": chance.choice(GENDERS),
        "date_of_birth": some(date(chance), 0.5, chance),
        "city": some(common(CITIES, 5_000, chance), 0.8, chance),
        "state": some(chance.choice(STATES), 0.7, chance),
        "zip": some(f"{chance.randrange(100_000):05}", 0.7, chance),
        "country": country,
        "mobile_advertiser_id": "",
    }  # fmt: skip


def common(known: list[str], others: int, chance: random.Random) -> str:
    """Some are everywhere, most are rare."""
    known = ACCENTS if chance.random() < 0.03 else known
    if chance.random() < 0.4:
        return chance.choice(known)
    return f"{chance.choice(known)}{spelled(int(others * chance.random() ** 3))}"


def spelled(number: int) -> str:
    """A number in letters, so that names of the same length differ."""
    return "".join(chr(97 + int(digit)) for digit in str(number))


def date(chance: random.Random) -> str:
    return f"{chance.randint(1930, 2008)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def plain(text: str) -> str:
    """Hardly anybody has an address with accents."""
    return "".join(filter(str.isalnum, text.encode("ascii", "ignore").decode())) or "me"


def some(text: str, share: float, chance: random.Random) -> str:
    return text if chance.random() < share else ""
