"""Conversions by the way that people had taken before: summed up as they are counted, so that no page has to read
everybody's path. Who leaves the step only after that converted without it, so what was summed up once stays as it is.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from django.db.models import F, QuerySet

from . import paths
from .models import Conversion, Step, WayConversion
from .steps import registry

CHUNK = 500
"""Cohorts whose paths are read at once."""
Kind = tuple[int, str, str]
"""Step, way, and the conversion's name."""


def compared(canvas_id: int) -> set[int]:
    """The steps of the Canvas whose ways are compared, of earlier versions, too."""
    types = [name for name, step_type in registry.TYPES.items() if step_type.compares_ways]
    return set(Step.objects.filter(canvas=canvas_id, type__in=types).values_list("pk", flat=True))


def add(steps: Collection[int], conversions: QuerySet[Conversion]) -> None:
    """Adds these new ones to the sums. In the caller's transaction, under the Canvas's lock."""
    for (step, branch, name), people in counted(steps, conversions).items():
        rows = WayConversion.objects.filter(step=step, branch=branch, name=name)
        if not rows.update(n=F("n") + people):
            WayConversion.objects.create(step_id=step, branch=branch, name=name, n=people)


def counted(steps: Collection[int], conversions: QuerySet[Conversion]) -> Counter[Kind]:
    """Who converted at or after the moment at which they left each step, for the first time in their trip."""
    by_cohort, found = defaultdict(list), Counter()
    for name, cohort, at in conversions.values_list("name", "entry__cohort", "at").iterator():
        by_cohort[cohort].append((name, at))
    for cohort, path in all_paths(list(by_cohort)):
        for stop in first_ways(path, steps):
            found.update((stop.came_from_id, stop.branch, name) for name, at in by_cohort[cohort] if at >= stop.at)
    return found


def all_paths(cohorts: Sequence[int]) -> Iterator[tuple[int, list]]:
    for first in range(0, len(cohorts), CHUNK):
        yield from paths.of(cohorts[first : first + CHUNK]).items()


def first_ways(path: Sequence, steps: Collection[int]) -> Collection:
    """The first leaving of each of the steps."""
    found = {stop.came_from_id: stop for stop in reversed(path) if stop.came_from_id in steps}
    return found.values()
