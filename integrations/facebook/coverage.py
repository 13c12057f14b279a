"""How many people have a value that Facebook can match, by field: after normalising, as they would be sent.

Up to 20,000 people are all read. Of more, some 20,000 are (`audiences.counting` says which). Then the counts are about
right: 95 times in 100 within 0.7 % of the people.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from audiences import counting
from audiences.counting import rounded
from audiences.coverage import Reach, Row

from .fields import FIELDS, IDENTIFYING, LABELS, USELESS, columns
from .match_columns import Columns

COLUMNS = columns(list(FIELDS))
FEW = 20_000


@dataclass(frozen=True)
class Coverage:
    """`people` are all that are meant, `read` those who were looked at; `kinds` counts these by which fields they
    have, in the order of FIELDS. `useless` counts values that are there and can't be matched.
    """

    people: int
    read: int
    kinds: Mapping[tuple[bool, ...], int]
    useless: Mapping[str, int]

    @property
    def is_about(self) -> bool:
        return self.read < self.people

    def having(self, *names: str) -> int:
        """People who have at least one of these fields."""
        at = [place for place, name in enumerate(FIELDS) if name in names]
        return self.of_all(sum(count for kind, count in self.kinds.items() if any(kind[place] for place in at)))

    def unusable(self, name: str) -> int:
        """People who have this field, and in vain."""
        return self.of_all(self.useless[name])

    def of_all(self, read: int) -> int:
        """As many of all people as these are of those who were read; an estimate to three figures."""
        if not self.is_about:
            return read
        return rounded(round(read * self.people / self.read)) if self.read else 0


def of(people: QuerySet) -> Coverage:
    """Four queries at most."""
    people = people.order_by()
    count = counting.count(people).people
    texts = [tuple(str(value) if value else "" for value in row) for row in rows(some_of(people, count))]
    values = dict(zip(COLUMNS, zip(*texts, strict=True), strict=True)) if texts else dict.fromkeys(COLUMNS, ())
    having = filled(values)
    useless = {name: sum(map(bool, values[FIELDS[name][1]])) - sum(column) for name, column in having.items()}
    return Coverage(count, len(texts), Counter(zip(*having.values(), strict=True)), useless)


def reach(people: QuerySet) -> Reach:
    """By what Facebook can find somebody alone, and by which names and places it makes sure."""
    found = of(people)
    names = sorted(FIELDS, key=lambda name: name not in IDENTIFYING)
    return Reach("Facebook", found.read, found.is_about, [row(found, name) for name in names if name != "external_id"])


def row(found: Coverage, name: str) -> Row:
    having = found.having(name)
    share = 100 * having / found.people if found.people else 0
    return Row(LABELS[name], having, min(share, 100), found.unusable(name), USELESS[name])


def some_of(people: QuerySet, count: int) -> QuerySet:
    """Everybody, or as many as are read."""
    return people if count <= FEW else counting.part(people, FEW / count)


def rows(people: QuerySet) -> QuerySet:
    return people.values_list(*COLUMNS)


def filled(values: Mapping[str, Sequence[str]]) -> dict[str, list[bool]]:
    """For each field, who has it. Nothing is hashed, and nothing remembered: a page is no place to keep people in.

    A date of birth fills all its keys or none, so the first one of a field tells.
    """
    wanted = [(keys[0], column) for keys, column in FIELDS.values()]
    cells = Columns(bool).of(wanted, values)
    return {name: list(map(bool, column)) for name, column in zip(FIELDS, cells, strict=True)}


def present(column: str) -> Q:
    """There is a value, whether or not it can be matched."""
    return Q(date_of_birth__isnull=False) if column == "date_of_birth" else ~Q(**{column: ""})
