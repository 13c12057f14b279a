"""How many people have a value in which match field. One aggregate query, whatever is asked.

"Has a value" is all that is counted here: whether the value can be matched is only known when it is normalised.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet

from .fields import FIELDS


@dataclass(frozen=True)
class Coverage:
    """Counts of people: all, by field, and those with at least one of the chosen fields."""

    people: int
    having: Mapping[str, int]
    reached: int

    @property
    def missing(self) -> int:
        return self.people - self.reached


def of(people: QuerySet, chosen: Iterable[str]) -> Coverage:
    """The coverage of every field among these people."""
    counts = {f"in_{column}": Count("pk", filter=present(column)) for column in columns(FIELDS)}
    found = people.aggregate(people=Count("pk"), reached=Count("pk", filter=any_of(chosen)), **counts)
    having = {name: found[f"in_{column}"] for name, (_, column) in FIELDS.items()}
    return Coverage(found["people"], having, found["reached"])


def reach(people: QuerySet, wanted: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """For each name, how many people have at least one of its fields."""
    counts = {f"n{at}": Count("pk", filter=any_of(fields)) for at, fields in enumerate(wanted.values())}
    found = people.aggregate(**counts) if counts else {}
    return {name: found[f"n{at}"] for at, name in enumerate(wanted)}


def columns(fields: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(FIELDS[name][1] for name in fields))


def any_of(fields: Iterable[str]) -> Q:
    return reduce(or_, map(present, columns(fields)), Q(pk=None))


def present(column: str) -> Q:
    return Q(date_of_birth__isnull=False) if column == "date_of_birth" else ~Q(**{column: ""})
