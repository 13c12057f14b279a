"""What becomes of each person in a Canvas, told person by person, in plain Python, as docs/semantics.md has it.

Nothing of the product is used here but the Canvas document, which is what a marketer made.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.simulator.plan import SPANS, WEEKDAYS

EXIT, RETIRED, COMPANY = "exit", "retired", ZoneInfo("UTC")


@dataclass
class Deed:
    """Something that a person did: an event or a purchase, at a time."""

    person: int
    kind: str
    name: str
    at: datetime
    properties: dict


@dataclass
class Trip:
    person: int
    number: int
    entered: datetime
    step: str
    came: datetime
    due: datetime
    woken: str = ""
    left: str | None = None
    """The branch by which she left the Canvas; None while she is inside."""
    converted: dict[str, datetime] = field(default_factory=dict)


@dataclass
class Model:
    """`canvas` is its id. Times are those of ticks, people are dicts of what is known of them by their ids."""

    document: dict
    canvas: int
    launched: datetime
    people: dict[int, dict]
    trips: list[Trip] = field(default_factory=list)
    inbox: list[tuple[str, str, Deed]] = field(default_factory=list)
    runs: list[datetime] = field(default_factory=list)
    days: Counter = field(default_factory=Counter)
    entered: Counter = field(default_factory=Counter)
    proceeded: Counter = field(default_factory=Counter)
    passed: Counter = field(default_factory=Counter)
    """By step that passes on, writes or calls, and person: how often."""
    types: dict[str, str] = field(default_factory=dict)
    """Of every step there ever was."""
    since: dict[tuple, datetime] = field(default_factory=dict)
    """From when on what is waited for counts."""
    stopped: bool = False

    def __post_init__(self) -> None:
        self.take(self.document, self.launched)
        self.plan_run(self.launched)

    def take(self, document: dict, now: datetime) -> None:
        self.document, self.first = document, document["steps"][0]["key"]
        self.steps = {step["key"]: step for step in document["steps"]}
        self.types |= {key: step["type"] for key, step in self.steps.items()}
        self.since = {words: self.since.get(words, now) for words in map(in_words, self.waited())}

    def publish(self, document: dict, onward: dict[str, str], now: datetime) -> None:
        """A new version. People of a step that is gone go where it was said, all others stay where they are."""
        old = self.document
        self.take(document, now)
        for trip in self.trips:
            if trip.left is None and trip.step not in self.steps:
                self.send_on(trip, onward[trip.step], now)
        if old["entry"] != document["entry"]:
            self.runs = []
            self.plan_run(now if document["entry"].get("at") == "launch" else now + timedelta(microseconds=1))

    def send_on(self, trip: Trip, target: str, now: datetime) -> None:
        if not target:
            trip.left = RETIRED
            return
        self.proceeded[trip.step] += 1
        self.arrive(trip, target, now)

    # What happens

    def did(self, deed: Deed, now: datetime) -> None:
        """It is heard when it is received, by whoever waits for it then; what lies ahead counts as now."""
        if self.stopped:
            return
        heard = Deed(deed.person, deed.kind, deed.name, min(deed.at, now), deed.properties)
        self.inbox += [
            (one[0], one[1], heard)
            for one in self.waited() if is_asked(deed, one[2]) and deed.at >= self.since[in_words(one)]
        ]  # fmt: skip

    def waited(self) -> list[tuple[str, str, dict]]:
        entry, out = self.document["entry"], self.document.get("exit") or {}
        found = [("entry", "", entry)] if entry["type"] == "action" else []
        found += [("exit", "", out)] if "filter" not in out and out else []
        found += [("conversion", one["name"], one) for one in self.document["conversions"]]
        waiting = [step for step in self.document["steps"] if step["type"] == "action_paths"]
        return found + [
            (step["key"], action["name"], action) for step in waiting for action in step["settings"]["actions"]
        ]

    def asked_for(self, person: int, now: datetime) -> None:
        """By a program."""
        self.inbox.append(("entry", "", Deed(person, "api", "", now, {})))

    def tick(self, now: datetime) -> None:
        if self.stopped:
            return
        self.empty_the_inbox(now)
        while self.move(now) or self.enter(now):
            pass

    # The inbox

    def empty_the_inbox(self, now: datetime) -> None:
        known = {(kind, way) for kind, way, _ in self.waited()}
        rows, self.inbox = [row for row in self.inbox if row[0] == "entry" or row[:2] in known], []
        if self.document["entry"]["type"] != "scheduled":
            self.let_in([deed for kind, _, deed in rows if kind == "entry"], now)
        for kind, way, deed in sorted(rows, key=lambda row: row[2].at):
            if kind == "conversion":
                self.convert(way, deed)
        for kind, _, deed in rows:
            if kind == "exit":
                self.let_out(deed)
        self.wake([row for row in rows if row[0] in self.steps], now)

    def let_in(self, asking: list[Deed], now: datetime) -> None:
        first = {deed.person: deed for deed in reversed(asking)}
        fitting = [deed for deed in asking if first[deed.person] is deed and self.may_enter(deed.person, now)]
        for deed in fitting[: self.room(now, None)]:
            self.begin(deed.person, deed.at, now)

    def convert(self, name: str, deed: Deed) -> None:
        """Only what happens in the window after entering; what is heard of first counts, whatever is told later."""
        [within] = [SPANS[one["within"]] for one in self.document["conversions"] if one["name"] == name]
        begun = [trip for trip in self.trips if trip.person == deed.person and trip.entered <= deed.at]
        if begun and deed.at - begun[-1].entered <= within:
            begun[-1].converted.setdefault(name, deed.at)

    def let_out(self, deed: Deed) -> None:
        for trip in self.inside(deed.person):
            if trip.entered <= deed.at:
                trip.left = EXIT

    def wake(self, rows: list[tuple[str, str, Deed]], now: datetime) -> None:
        """Of several the one that happened first."""
        for key, way, deed in sorted(rows, key=lambda row: row[2].at):
            for trip in self.inside(deed.person):
                if trip.step == key and not trip.woken and trip.came <= deed.at <= trip.due:
                    trip.woken, trip.due = way, now

    # Entering

    def enter(self, now: datetime) -> bool:
        """One run that is due; moves come before it."""
        if not self.runs or self.runs[0] > now:
            return False
        planned = self.runs.pop(0)
        for person in [one for one in sorted(self.people) if self.may_enter(one, now)][: self.room(now, 0)]:
            self.begin(person, now, now)
        if "every" in self.document["entry"]:
            self.plan_run(max(planned, now) + timedelta(microseconds=1))
        return True

    def plan_run(self, start: datetime) -> None:
        entry = self.document["entry"]
        if "every" in entry:
            days = entry.get("weekdays", WEEKDAYS)
            self.runs.append(next_of(days, entry["time"], start, COMPANY))
        elif entry["type"] == "scheduled":
            self.runs.append(start if entry["at"] == "launch" else datetime.fromisoformat(entry["at"]))

    def may_enter(self, person: int, now: datetime) -> bool:
        known, again = self.people[person], self.document.get("reentry")
        trips = [trip for trip in self.trips if trip.person == person]
        if not fits(known, self.document["audience"]["filter"]) or self.is_to_leave(known):
            return False
        if not again:
            return not trips
        after = SPANS.get(again.get("after"), timedelta(0))
        return all(trip.left is not None and trip.entered + after <= now for trip in trips)

    def room(self, now: datetime, entered: int | None) -> int | None:
        """`entered`: by the scheduled run at hand; None for who is let in otherwise."""
        limit = self.document.get("limit")
        if not limit or (limit["per"] == "run" and entered is None):
            return None
        today = self.days[now.astimezone(COMPANY).date()]
        held = {"run": entered, "day": today, "lifetime": self.days.total()}[limit["per"]]
        return max(0, limit["max"] - held)

    def begin(self, person: int, entered: datetime, now: datetime) -> None:
        number = sum(trip.person == person for trip in self.trips) + 1
        self.trips.append(trip := Trip(person, number, entered, "", now, now))
        self.days[now.astimezone(COMPANY).date()] += 1
        self.arrive(trip, self.first, now)
        trip.came = entered

    # Moving

    def move(self, now: datetime) -> bool:
        going = [trip for trip in self.trips if trip.left is None and trip.due <= now]
        for trip in going:
            if self.is_to_leave(self.people[trip.person]):
                trip.left = EXIT
            else:
                self.go_on(trip, now)
        return bool(going)

    def go_on(self, trip: Trip, now: datetime) -> None:
        step = self.steps[trip.step]
        branch = BRANCHES.get(step["type"], lambda *_: "next")(self, trip, step)
        target = step["next"].get(branch)
        if target is None:
            trip.left = branch
            return
        self.proceeded[trip.step] += 1
        self.arrive(trip, target, now)

    def arrive(self, trip: Trip, key: str, now: datetime) -> None:
        trip.step, trip.came, trip.woken = key, now, ""
        trip.due = self.due(self.steps[key], self.people[trip.person], now)
        self.entered[key] += 1

    def due(self, step: dict, known: dict, now: datetime) -> datetime:
        told = step["settings"]
        if step["type"] == "action_paths":
            return now + SPANS[told["window"]]
        if step["type"] != "delay":
            return now
        if "duration" in told:
            return now + SPANS[told["duration"]]
        if "until" in told:
            return max(now, datetime.fromisoformat(told["until"]))
        zone = ZoneInfo(known["time_zone"]) if told.get("zone") == "person" and known["time_zone"] else COMPANY
        return next_of([told["weekday"]], told["time"], now, zone)

    def is_to_leave(self, known: dict) -> bool:
        out = self.document.get("exit") or {}
        return "filter" in out and fits(known, out["filter"])

    def inside(self, person: int) -> list[Trip]:
        return [trip for trip in self.trips if trip.person == person and trip.left is None]


def next_of(days: list[str], clock: str, start: datetime, zone: ZoneInfo) -> datetime:
    """The first moment from `start` on at which the wall clock of the zone shows this time on one of the weekdays."""
    day: date = start.astimezone(zone).date()
    while True:
        at = datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)
        if at >= start and WEEKDAYS[day.weekday()] in days:
            return at
        day += timedelta(days=1)


def in_words(waited: tuple[str, str, dict]) -> tuple:
    kind, way, asked = waited
    return kind, way, str([asked.get(name) for name in ("event", "purchase", "where")])


def is_asked(deed: Deed, asked: dict) -> bool:
    named = asked.get(deed.kind)
    if named not in (deed.name, "any") or (named == "any" and deed.kind == "event"):
        return False
    return all(deed.properties.get(one["property"], 0) >= one["value"] for one in asked.get("where", []))


def fits(known: dict, filter: dict) -> bool:
    if "all" in filter:
        return True
    if "not" in filter:
        return not fits(known, filter["not"])
    value = known.get(filter["attribute"])
    return value == filter["value"] if filter["op"] == "is" else value is not None and value >= filter["value"]


def decide(model: Model, trip: Trip, step: dict) -> str:
    return "yes" if fits(model.people[trip.person], step["settings"]["filter"]) else "no"


def rank(model: Model, trip: Trip, step: dict) -> str:
    known = model.people[trip.person]
    return next((one["name"] for one in step["settings"]["groups"] if fits(known, one["filter"])), "everyone_else")


def act(model: Model, trip: Trip, step: dict) -> str:
    return trip.woken or "everyone_else"


def draw(model: Model, trip: Trip, step: dict) -> str:
    """By a hash of person and step."""
    lot = hashlib.md5(f"{trip.person}:{model.canvas}:{step['key']}".encode(), usedforsecurity=False).hexdigest()[:8]
    share = int(lot, 16) / 16**8 * 100
    return "A" if share < 30 else "B" if share < 80 else "control"


def change(model: Model, trip: Trip, step: dict) -> str:
    known, told = model.people[trip.person], step["settings"]
    known |= told.get("set", {})
    for name, amount in told.get("add", {}).items():
        known[name] = known.get(name, 0) + amount
    for name in told.get("remove", []):
        known.pop(name, None)
    return "next"


def pass_on(model: Model, trip: Trip, step: dict) -> str:
    model.passed[step["key"], trip.person] += 1
    return "next"


BRANCHES = {
    "facebook_audience": pass_on, "message": pass_on, "webhook": pass_on,
    "decision_split": decide, "audience_paths": rank, "action_paths": act, "experiment_paths": draw,
    "user_update": change,
}  # fmt: skip
