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
WITH RECURSIVE line (cohort, parent, step) AS (
    SELECT id, parent_id, step_id FROM canvas_cohort WHERE id IN ({marks})
    UNION
    SELECT up.id, up.parent_id, up.step_id FROM canvas_cohort up JOIN line ON up.id = line.parent
)
SELECT cohort, parent, step FROM line
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


def parents_of(cohorts: Collection[int]) -> dict[int, tuple[int | None, int]]:
    """By cohort, its parent and the step where it stands."""
    marks = ", ".join(["%s"] * len(cohorts))
    with connection.cursor() as cursor:
        cursor.execute(LINES.format(marks=marks), list(cohorts))
        return {cohort: (parent, step) for cohort, parent, step in cursor.fetchall()}


def path(cohort: int, parents: dict[int, tuple[int | None, int]], journal: dict[int, list[Arrival]]) -> list[Arrival]:
    found: list[Arrival] = list(journal[cohort])
    parent, step = parents[cohort]
    while parent is not None:
        parted = found[0].came_from_id if found else step
        found = [*until(parted, journal[parent]), *found]
        parent, _ = parents.get(parent, (None, 0))
    return found


def until(step: int, arrivals: list[Arrival]) -> Iterator[Arrival]:
    """The arrivals up to the one at `step`, where the child left; none, if the parent had left from there itself."""
    for arrival in arrivals:
        if arrival.came_from_id == step:
            return
        yield arrival
        if arrival.step_id == step:
            return
