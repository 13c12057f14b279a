"""What must become of each person, told person by person, in plain Python. Nothing of the product is used here.

Three Canvases. "Win back": the French wait an hour, the others don't; then all pass the Facebook step `fb` and rest for
a day. Nobody comes back. "Loyal": everybody passes `fb` and leaves; who came an hour ago or earlier may come again.
"Bought" is like "Loyal", but for whom something asks: an event, or a program.
"""

import copy
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WIN_BACK, LOYAL, BOUGHT = "Win back", "Loyal", "Bought"
SCHEDULED = (WIN_BACK, LOYAL)
CANVASES = (*SCHEDULED, BOUGHT)
FIRST = {WIN_BACK: "split", LOYAL: "fb", BOUGHT: "fb"}
STAYS = {"wait": HOUR, "rest": DAY}
END = "end"


@dataclass
class Person:
    pk: int
    name: str
    email: str
    country: str
    erased: bool = False

    @property
    def cell(self) -> str:
        return cell(self.email)


def cell(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest() if email else ""


@dataclass
class Stop:
    key: str
    due: datetime


@dataclass
class Trip:
    """One person's way through one Canvas, and what became of her at its Facebook step (empty: not there yet)."""

    canvas: str
    person: int
    number: int
    entered: datetime
    path: list[Stop]
    fate: str = ""
    since: datetime | None = None
    """The earliest that the clock showed since she waits to be sent."""
    joined: datetime | None = None

    @property
    def key(self) -> tuple[str, int, int]:
        return (self.canvas, self.person, self.number)

    @property
    def stops(self) -> list[str]:
        return [stop.key for stop in self.path]

    @property
    def is_over(self) -> bool:
        return self.path[-1].key == END


@dataclass
class Run:
    canvas: str
    planned: datetime
    done: bool = False


@dataclass
class Model:
    people: dict[int, Person] = field(default_factory=dict)
    trips: dict[tuple, Trip] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    """Who is to be let into "Bought" when the inbox is looked at next, in the order of the asking."""
    stopped: set[str] = field(default_factory=set)

    def after(self, now: datetime) -> "Model":
        """All that must have happened when a tick at `now` is over."""
        found = copy.deepcopy(self)
        found.empties_the_inbox(now)
        while any(found.moves(trip, now) for trip in found.trips.values()) or found.enters(now):
            pass
        return found

    def empties_the_inbox(self, now: datetime) -> None:
        """Before anybody moves: who is inside then is passed by. Who is asked for twice enters once."""
        if BOUGHT not in self.stopped:
            for pk in self.asked:
                if self.may_enter(BOUGHT, self.people[pk], now):
                    self.let_in(BOUGHT, self.people[pk], now)
            self.asked = []

    def moves(self, trip: Trip, now: datetime) -> bool:
        here = trip.path[-1]
        if trip.is_over or here.due > now or trip.canvas in self.stopped:
            return False
        key = self.next_stop(trip)
        trip.path.append(Stop(key, now + STAYS.get(key, timedelta(0))))
        if here.key == "fb":
            trip.fate, trip.since, trip.joined = "pending", now, now
        return True

    def next_stop(self, trip: Trip) -> str:
        here = trip.path[-1].key
        if here == "split":
            return "wait" if self.people[trip.person].country == "FR" else "fb"
        return {"wait": "fb", "fb": "rest" if trip.canvas == WIN_BACK else END, "rest": END}[here]

    def enters(self, now: datetime) -> bool:
        due = [run for run in self.runs if not run.done and run.planned <= now and run.canvas not in self.stopped]
        for run in due:
            for person in self.people.values():
                if not person.erased and self.may_enter(run.canvas, person, now):
                    self.let_in(run.canvas, person, now)
            run.done = True
        return bool(due)

    def may_enter(self, canvas: str, person: Person, now: datetime) -> bool:
        trips = self.trips_of(canvas, person.pk)
        if canvas == WIN_BACK:
            return not trips
        return all(trip.is_over and trip.entered <= now - HOUR for trip in trips)

    def let_in(self, canvas: str, person: Person, now: datetime) -> None:
        number = len(self.trips_of(canvas, person.pk)) + 1
        trip = Trip(canvas, person.pk, number, now, [Stop(FIRST[canvas], now)])
        self.trips[trip.key] = trip

    def trips_of(self, canvas: str, person: int) -> list[Trip]:
        return [trip for trip in self.trips.values() if (trip.canvas, trip.person) == (canvas, person)]

    def erase(self, person: Person, on_the_way: set[tuple]) -> None:
        """Who waits is withdrawn at once, unless her batch may be on its way right now."""
        person.erased, person.email, person.country = True, "", ""
        self.asked = [pk for pk in self.asked if pk != person.pk]
        for trip in self.trips.values():
            if trip.person == person.pk and trip.fate == "pending" and trip.key not in on_the_way:
                trip.fate = "withdrawn"

    def open_again(self, key: tuple, now: datetime) -> None:
        """She is to be sent once more; who was erased can't be."""
        trip = self.trips[key]
        trip.fate = "withdrawn" if self.people[trip.person].erased else "pending"
        trip.since = trip.joined = now

    def numbers(self, canvas: str) -> dict[str, tuple[int, int]]:
        """(entered, proceeded to the next step) by step key."""
        entered, proceeded = Counter(), Counter()
        for trip in self.trips.values():
            if trip.canvas == canvas:
                entered.update(trip.stops)
                proceeded.update(trip.stops[: -2 if trip.is_over else -1])
        return {key: (entered[key], proceeded[key]) for key in entered if key != END}

    def fates(self, canvas: str) -> Counter:
        """Of those who came to the Facebook step; who stands there is pending."""
        came = (trip for trip in self.trips.values() if trip.canvas == canvas and "fb" in trip.stops)
        return Counter(trip.fate or "pending" for trip in came)
