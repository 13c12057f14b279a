"""Two weeks in the life of the brand, played in seconds: what happens is listed by its time, and between two entries
of the list the clock does whatever was due, at the moment when it was.

Faults are switched on in the sandbox on the way, so that there are people of every fate: refused rows, a day whose
people were given up, a batch that is being retried now, and an ad account that was asked to slow down.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from audiences import csv_import
from audiences.models import Segment
from canvas import launch
from canvas.models import Canvas
from config import schedules
from config.team.models import User
from integrations import connecting
from integrations.models import CustomAudience

from . import brand, people, sandbox_control

TOKEN = "SANDBOX-SYSTEM-USER-TOKEN"  # noqa: S105  (the sandbox's own; it opens nothing else)
DAYS = 13
LATE_SHARE = 0.015
"""Of the people, so many come on each later day."""
SPOILT = [{"external_id": "", "first_name": "No"}, {"external_id": "FW-000000", "date_of_birth": "1990-02-30"}]
LAST = timedelta(minutes=55)

Moment = tuple[datetime, Callable[[datetime], None]]


@dataclass(frozen=True)
class Story:
    """`now` is the end of it; `count` people come in all; `admin` is who does what is done."""

    now: datetime
    count: int
    admin: User

    def play(self) -> None:
        clock = self.day(DAYS)
        for at, happens in sorted(self.moments(), key=lambda moment: moment[0]):
            run_until(clock, at)
            clock = at
            happens(at)
        run_until(clock, self.now)

    def day(self, ago: int, hour: int = 8) -> datetime:
        return (self.now - timedelta(days=ago)).replace(hour=hour, minute=30, second=0, microsecond=0)

    def moments(self) -> Iterator[Moment]:
        yield self.day(DAYS, 7), self.connect
        yield self.day(DAYS), self.first_import
        yield self.day(DAYS, 9), self.make_segments
        yield self.day(11, 9), self.launch_win_back
        yield self.day(8, 14), self.launch_suppress
        for number, ago in enumerate(range(DAYS - 3, 0, -1)):
            yield self.day(ago), lambda at, number=number: self.later_import(number, at)
            yield self.day(ago, 10), self.let_in
        yield self.day(5, 6), self.begin_outage
        yield self.day(5, 23), lambda at: sandbox_control.clear_faults()
        yield self.now - LAST, self.last_hour

    def connect(self, at: datetime) -> None:
        for account_id, facts in brand.AD_ACCOUNTS.items():
            sandbox_control.name_account(account_id, business=brand.BUSINESS, **facts)
        connecting.connect("facebook", TOKEN, at, self.admin, "dashboard")

    @property
    def late(self) -> int:
        """How many come on each later day, the last hour among them."""
        return max(1, int(self.count * LATE_SHARE))

    @property
    def early(self) -> int:
        """How many the first import brings."""
        return self.count - self.late * (DAYS - 2)

    def first_import(self, at: datetime) -> None:
        bring_in("fernway-customers.csv", [*people.rows(self.early, at), *SPOILT], at)

    def later_import(self, number: int, at: datetime) -> None:
        first = 1 + self.early + self.late * number
        bring_in(f"fernway-new-{at:%Y-%m-%d}.csv", list(people.rows(self.late, at, first)), at)

    def make_segments(self, at: datetime) -> None:
        for name, filter in brand.SEGMENTS.items():
            Segment.objects.create(name=name, filter=filter, created_at=at)

    def draft(self, document: dict, at: datetime) -> Canvas:
        return Canvas.objects.create(name=document["name"], document=document, author=self.admin, created_at=at)

    def launch_win_back(self, at: datetime) -> None:
        sandbox_control.fault("invalid_rows", rows=6, reason="Hash is malformed")
        launch.launch(self.draft(brand.WIN_BACK, at), at, self.admin, "dashboard")

    def launch_suppress(self, at: datetime) -> None:
        launch.launch(self.draft(brand.SUPPRESS, at), at, self.admin, "dashboard")
        self.draft(brand.LOOKALIKE, at)

    def let_in(self, at: datetime) -> None:
        """A scheduled entry of every running Canvas: whoever has come into its segment since the last one."""
        for canvas in Canvas.objects.filter(status=Canvas.Status.ACTIVE):
            canvas.entry_runs.create(planned_at=at)

    def begin_outage(self, at: datetime) -> None:
        sandbox_control.fault("http_500_html", path_regex=uploads_of("retarget"), times=None)

    def last_hour(self, at: datetime) -> None:
        """One ad account is asked to wait for hours; what goes to the others is answered with an error till the end."""
        self.later_import(DAYS - 3, at)
        self.let_in(at)
        sandbox_control.fault("rate_80003", path_regex=uploads_of("suppress"), minutes=600)
        sandbox_control.fault("code_2", times=None)


def bring_in(name: str, rows: list[people.Row], at: datetime) -> None:
    found = csv_import.survey(io.BytesIO(people.text(rows).encode()))
    csv_import.apply(found, name, at)


def uploads_of(step: str) -> str:
    """The path of the uploads to the step's custom audience."""
    return f"{CustomAudience.objects.get(step__key=step).partner_id}/users$"


def run_until(clock: datetime, end: datetime) -> None:
    """Does what is due up to `end`, each thing at its own moment. Moments that are less than a second apart are one."""
    while (due := schedules.next_due(clock)) and max(clock, due) <= end:
        clock = max(clock, due)
        if schedules.run(lambda moment=clock: moment)["failures"]:
            raise RuntimeError(f"The demo's history broke at {clock}; the log says why.")
        clock += timedelta(seconds=1)
