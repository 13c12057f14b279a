"""Finding people among millions: by the beginning of what an index holds, page by page by id.

Who may not see personal data can't guess it letter by letter either: for them a whole e-mail or phone must match.
"""

from typing import NamedTuple

from django.db.models import Q, QuerySet, Value

from .models import Profile
from .search_key import SearchKey

PAGE = 50
LAST = chr(0x10FFFF)
BEGINNINGS = ("external_id", "email", "phone", "first_name", "last_name")
WHOLE = ("email", "phone")


class Page(NamedTuple):
    """Some people, and the ids from which the pages before and after go on (None: there are none)."""

    people: list[Profile]
    before: int | None
    after: int | None


def matching(term: str, unmasked: bool) -> QuerySet[Profile]:
    """People whose external id, e-mail, phone or name begins with the term; of two words, first and last name do."""
    if not term:
        return Profile.objects.all()
    if not unmasked:
        wholes = [Q(keyed(field, "", term)) for field in WHOLE]
        return found(Q(begins("external_id", term)), *wholes)
    words = term.split()
    names = [begins("first_name", words[0]) & begins("last_name", " ".join(words[1:]))] if len(words) > 1 else []
    return found(*(begins(field, term) for field in BEGINNINGS), *names)


def found(*ways: Q) -> QuerySet[Profile]:
    keys = {f"{field}_key": SearchKey(field) for field in BEGINNINGS}
    return Profile.objects.alias(**keys).filter(any_of(ways))


def any_of(ways: tuple[Q, ...]) -> Q:
    whole = Q()
    for way in ways:
        whole |= way
    return whole


def keyed(field: str, comparison: str, text: str) -> Q:
    return Q(**{f"{field}_key{comparison}": SearchKey(Value(text))})


def begins(field: str, text: str) -> Q:
    return keyed(field, "__gte", text) & keyed(field, "__lt", text + LAST)


def page(people: QuerySet[Profile], after: int | None = None, before: int | None = None) -> Page:
    """One page in the order of ids; one row more is read to know whether it goes on."""
    if before is not None:
        rows = list(people.filter(pk__lt=before).order_by("-pk")[: PAGE + 1])
        shown = rows[:PAGE][::-1]
        return Page(shown, shown[0].pk if len(rows) > PAGE else None, shown[-1].pk if shown else None)
    rows = list(people.filter(pk__gt=after or 0).order_by("pk")[: PAGE + 1])
    shown = rows[:PAGE]
    return Page(shown, shown[0].pk if after and shown else None, shown[-1].pk if len(rows) > PAGE else None)
