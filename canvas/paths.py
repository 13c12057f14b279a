"""People's paths: a trip's way through its Canvas, read back from the journal.

Cohorts keep their parents. A path is the cohort's own arrivals, and before them each parent's, up to the step where
the child parted from it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator

from django.db import connection

from .models import Arrival

# Every cohort given, and its parents, up to the first of the line.
LINES = """
WITH RECURSIVE line (cohort, parent) AS (
    SELECT id, parent_id FROM canvas_cohort WHERE id IN ({marks})
    UNION
    SELECT up.id, up.parent_id FROM canvas_cohort up JOIN line ON up.id = line.parent
)
SELECT cohort, parent FROM line
"""


def of(cohorts: Collection[int]) -> dict[int, list[Arrival]]:
    """The arrivals that led to each cohort, in order. Two queries, however many cohorts and splits there are."""
    if not cohorts:
        return {}
    parents = parents_of(cohorts)
    journal: dict[int, list[Arrival]] = defaultdict(list)
    for arrival in Arrival.objects.filter(cohort__in=parents).select_related("step", "came_from").order_by("at", "pk"):
        journal[arrival.cohort_id].append(arrival)
    return {cohort: path(cohort, parents, journal) for cohort in cohorts}


def parents_of(cohorts: Collection[int]) -> dict[int, int | None]:
    marks = ", ".join(["%s"] * len(cohorts))
    with connection.cursor() as cursor:
        cursor.execute(LINES.format(marks=marks), list(cohorts))
        return dict(cursor.fetchall())


def path(cohort: int, parents: dict[int, int | None], journal: dict[int, list[Arrival]]) -> list[Arrival]:
    found: list[Arrival] = list(journal[cohort])
    while (cohort := parents.get(cohort)) is not None:
        parted = found[0].came_from_id if found else None
        found = [*until(parted, journal[cohort]), *found]
    return found


def until(step: int | None, arrivals: list[Arrival]) -> Iterator[Arrival]:
    """The arrivals up to the one at `step`, where the child left."""
    for arrival in arrivals:
        yield arrival
        if step is not None and arrival.step_id == step:
            return
