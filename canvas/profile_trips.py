"""One person's trips: each one's way through its Canvas, and where she stands."""

from dataclasses import dataclass, field

from audiences.models import Profile

from . import paths
from .models import Arrival, Entry
from .steps import registry

SHOWN = 50


@dataclass(frozen=True)
class Trip:
    """One trip, and the stops on its way."""

    entry: Entry
    stops: list[Arrival] = field(default_factory=list)

    @property
    def standing_at(self) -> str:
        return "" if self.entry.cohort.ended_at else registry.label(self.entry.cohort.step.type)


def trips(profile: Profile) -> list[Trip]:
    """The latest trips; one more than is shown, if there is one."""
    rows = Entry.objects.filter(profile=profile.pk).select_related("canvas", "cohort__step")
    entries = list(rows.order_by("-entered_at", "-pk")[: SHOWN + 1])
    ways = paths.of({entry.cohort_id for entry in entries})
    for arrival in (arrival for way in ways.values() for arrival in way):
        arrival.words = registry.label(arrival.step.type) if arrival.step else "End of the Canvas"
    return [Trip(entry, ways[entry.cohort_id]) for entry in entries]
