"""Finding people among millions: by the beginning of what an index holds, page by page by id.

Who may not see personal data can't guess it letter by letter either: for them a whole e-mail or phone must match.
"""

from typing import NamedTuple

from django.db.models import F, Q, QuerySet, Value

from .folding import Fold
from .models import Profile

PAGE = 50
FEW, MANY = 500, 50_000
"""So many are looked up before a page is made of their ids; and so many are counted before other rows are looked up."""
LAST = chr(0x10FFFF)
BEGINNINGS = ("external_id", "email", "phone", "first_name", "last_name")
WHOLE = ("email", "phone")


class Page(NamedTuple):
    """Some people, and the ids from which the pages before and after go on (None: there are none)."""

    people: list[Profile]
    before: int | None
    after: int | None


class Sought(NamedTuple):
    """People who are looked for among other rows: the ids of each way of finding them together, those of whom any way
    is true, and how many the indexes found, up to MANY and one more."""

    together: QuerySet
    any_way: QuerySet
    found: int

    def among(self, rows: QuerySet, most: int, first: str, *rest: str) -> QuerySet:
        """What these rows know of them, ordered. Of `most` at most it is put in order once it is found (databases take
        no index for the order of a sum); of more, read in order until a page is full."""
        few = self.found <= most
        theirs = rows.filter(profile__in=self.together if few else self.any_way)
        return theirs.order_by(F(first) + 0 if few else first, *rest)


def sought(term: str, unmasked: bool) -> Sought:
    """Whom the term finds. One query."""
    alternatives = ways(term, unmasked)
    together = each_way(alternatives)
    any_way = searchable().filter(any_of(alternatives)).values("pk")
    return Sought(together, any_way, together[: MANY + 1].count())


def matching(term: str, unmasked: bool) -> QuerySet[Profile]:
    """People whose external id, e-mail, phone or name begins with the term; of two words, first and last name do.

    Databases like to walk all ids when they are to be sorted by them. That is right where many people match, since a
    page is full soon; where few do, they are looked up first.
    """
    if not term:
        return Profile.objects.all()
    alternatives = ways(term, unmasked)
    few = ids_of_few(alternatives)
    return searchable().filter(any_of(alternatives)) if few is None else Profile.objects.filter(pk__in=few)


def ways(term: str, unmasked: bool) -> list[Q]:
    """The conditions one of which must hold; each reads one index."""
    if not unmasked:
        return [begins("external_id", term), *(keyed(field, "", term) for field in WHOLE)]
    words = term.split()
    names = [begins("first_name", words[0]) & begins("last_name", " ".join(words[1:]))] if len(words) > 1 else []
    return [*(begins(field, term) for field in BEGINNINGS), *names]


def searchable() -> QuerySet[Profile]:
    return Profile.objects.alias(**{f"{field}_key": Fold(field) for field in BEGINNINGS})


def ids_of_few(alternatives: list[Q]) -> set[int] | None:
    """The ids of all who match; None where they are more."""
    ids = {row["pk"] for row in each_way(alternatives)[: FEW + 1]}
    return ids if len(ids) <= FEW else None


def each_way(alternatives: list[Q]) -> QuerySet:
    """The ids of all who match, of some twice. One query, which reads one index after the other."""
    first, *others = (searchable().filter(way).order_by().values("pk") for way in alternatives)
    return first.union(*others, all=True)


def any_of(alternatives: list[Q]) -> Q:
    return Q(*alternatives, _connector=Q.OR)


def keyed(field: str, comparison: str, text: str) -> Q:
    return Q(**{f"{field}_key{comparison}": Fold(Value(text))})


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
