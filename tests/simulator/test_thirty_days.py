"""Thirty days of a Canvas of forty steps: product and plain model agree on where everyone is, and on every number."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command

from audiences.models import Profile
from audiences.track import track
from canvas import inbox, publishing, versions
from canvas import launch as launching
from canvas.models import Canvas, Conversion, Entry, EntryDay
from config import schedules
from tests.cast import draft, step_numbers, tick
from tests.simulator.model import Deed, Model
from tests.simulator.plan import COUNTRIES, DAYS, Plan

pytestmark = pytest.mark.django_db
MOMENT = timedelta(seconds=30)


class Story:
    """One seed: whatever is done, is done to the product and told to the model."""

    def __init__(self, seed: int, hook) -> None:
        self.plan, self.now, self.hook = (plan := Plan(seed, hook.url)), plan.start, hook
        self.people: dict[str, int] = {}
        self.known: dict[int, dict] = {}
        self.come(plan.people(0, 25))
        document = plan.document()
        self.canvas = draft(*document.pop("steps"), **document)
        self.model = Model(self.canvas.document, self.canvas.pk, self.now, self.known)
        launching.launch(self.canvas, self.now)

    def come(self, new: list[dict]) -> None:
        track({"attributes": new}, self.now)
        self.people = dict(Profile.objects.values_list("external_id", "pk"))
        self.known.update({self.people[one["external_id"]]: dict(one) for one in new})

    def run(self, days: int) -> None:
        end, random = self.plan.start + timedelta(days=days), self.plan.random
        while self.now < end:
            self.tick()
            self.compare()
            self.now = self.later()
            for deed in random.choices(DOING, k=random.randrange(9)):
                deed(self)
        self.end()

    def later(self) -> datetime:
        """Often the very moment at which something is due."""
        random = self.plan.random
        due = schedules.next_due(self.now)
        if due and due > self.now and random.random() < 0.5:
            return due
        return self.now + timedelta(hours=random.randrange(1, 16), seconds=random.randrange(3))

    def tick(self) -> None:
        for now in (self.now, self.now + MOMENT):
            tick(now), self.model.tick(now)
        self.now += MOMENT

    def compare(self) -> None:
        assert where_everyone_is(self.canvas) == {
            (trip.person, trip.number): (trip.entered, trip.step, trip.woken, trip.left) for trip in self.model.trips
        }
        numbers = step_numbers(self.canvas)
        assert told(numbers, "entered") == +self.model.entered and told(numbers, "proceeded") == +self.model.proceeded
        rows = Conversion.objects.values_list("entry__profile", "entry__trip", "name", "at")
        assert sorted(rows) == sorted(
            (trip.person, trip.number, name, at) for trip in self.model.trips for name, at in trip.converted.items()
        )
        days = {row.day: row.n for row in EntryDay.objects.all()}
        assert days == +self.model.days
        assert all(one.attributes.get("points") == self.known[one.pk].get("points") for one in Profile.objects.all())

    def end(self) -> None:
        """What was passed on has all been sent by then, to each as often as they came."""
        if not self.model.stopped:
            stop(self)
        tick(self.now + timedelta(hours=1))
        for key, row in step_numbers(self.canvas).items():
            if names := ENDS.get(row["type"]):
                assert [row[name] for name in names] == self.ends(key, len(names)), key
        assert Counter((one.subject, *one.to) for one in mail.outbox) == self.wanted("message", "email")
        called = Counter(tuple(one.path.strip("/").split("/")) for one in self.hook.got)
        assert called == self.wanted("webhook", "external_id")
        call_command("audit_sync", stdout=StringIO())

    def ends(self, key: str, ways: int) -> list[int]:
        """How often people with an e-mail came through, and without one; or all together."""
        mine = {person: times for (step, person), times in self.model.passed.items() if step == key}
        lacking = sum(times for person, times in mine.items() if not self.known[person]["email"])
        return [sum(mine.values()) - lacking, lacking] if ways == 2 else [sum(mine.values())]

    def wanted(self, kind: str, name: str) -> Counter:
        """How often each step of the type was to reach whom."""
        steps = {key for key, its in self.model.types.items() if its == kind}
        reached = {(key, self.known[who][name]): n for (key, who), n in self.model.passed.items() if key in steps}
        return Counter({(key, whom): times for (key, whom), times in reached.items() if whom})


ENDS = {"facebook_audience": ("synced", "missing_fields"), "message": ("sent", "no_email"), "webhook": ("sent",)}


def where_everyone_is(canvas: Canvas) -> dict[tuple, tuple]:
    rows = Entry.objects.filter(canvas=canvas).select_related("cohort__step")
    return {
        (one.profile_id, one.trip): (one.entered_at, one.cohort.step.key, one.cohort.woken, way(one)) for one in rows
    }


def way(one: Entry) -> str | None:
    return one.cohort.branch if one.cohort.ended_at else None


def told(numbers: dict, name: str) -> dict[str, int]:
    return {key: row[name] for key, row in numbers.items() if row[name]}


def somebody(story: Story) -> str:
    """Often somebody who is inside."""
    inside = [trip.person for trip in story.model.trips if trip.left is None]
    names = {pk: name for name, pk in story.people.items()}
    return names[story.plan.random.choice(inside if inside and story.plan.random.random() < 0.7 else list(names))]


def act(story: Story) -> None:
    """Something that the Canvas waits for, or something else; told now, or late, or ahead of its time."""
    asked = story.plan.one_of({"event": "viewed"}, {"purchase": "LAMP"}, *(one for _, _, one in story.model.waited()))
    at = story.now + timedelta(hours=story.plan.one_of(0, 0, 0, -30, 2))
    (do if "event" in asked else buy)(story, somebody(story), asked, at)


def do(story: Story, who: str, asked: dict, at: datetime) -> None:
    told = {"amount": story.plan.one_of(10, 50, 90)}
    event = {"external_id": who, "name": asked["event"], "time": at.isoformat(), "properties": told}
    track({"events": [event]}, story.now)
    story.model.did(Deed(story.people[who], "event", asked["event"], at, told), story.now)


def buy(story: Story, who: str, asked: dict, at: datetime) -> None:
    product = "LAMP" if asked["purchase"] == "any" else asked["purchase"]
    sold = {"external_id": who, "product_id": product, "currency": "EUR", "price": 9, "time": at.isoformat()}
    track({"purchases": [sold]}, story.now)
    story.model.did(Deed(story.people[who], "purchase", product, at, {}), story.now)


def ask(story: Story) -> None:
    """As a program does; a Canvas that lets nobody in so is not asked."""
    if story.model.document["entry"]["type"] == "api" and not story.model.stopped:
        for who in sorted({somebody(story) for _ in range(3)}):
            inbox.trigger(story.canvas, {story.people[who]: {}}, story.now)
            story.model.asked_for(story.people[who], story.now)


def move_house(story: Story) -> None:
    who, country = somebody(story), story.plan.one_of(*COUNTRIES)
    track({"attributes": [{"external_id": who, "country": country}]}, story.now)
    story.known[story.people[who]]["country"] = country


def newcomers(story: Story) -> None:
    story.come(story.plan.people(len(story.people), 2))


def stop(story: Story) -> None:
    launching.stop(story.canvas)
    story.model.stopped = True


def stop_or_resume(story: Story) -> None:
    if story.model.stopped:
        launching.resume(story.canvas)
        story.model.stopped = False
    elif story.plan.random.random() < 0.3:
        stop(story)


def change(story: Story) -> None:
    """Somebody publishes a new version."""
    if story.plan.random.random() < 0.4:
        standing = sorted({trip.step for trip in story.model.trips if trip.left is None})
        document, onward = story.plan.next_version(story.model.document, standing, story.now)
        versions.save(story.canvas.pk, None, lambda _: document, None, "Changed", "test")
        publishing.publish(Canvas.objects.get(pk=story.canvas.pk), story.now, onward=onward)
        story.model.publish(document, onward, story.now)


DOING: list[Callable[[Story], None]] = [act] * 6 + [ask] * 4 + [move_house, newcomers, stop_or_resume, change]


@pytest.mark.parametrize("seed", range(2))
def test_a_few_days_go_as_the_rules_say(connection, hook, seed):
    Story(seed, hook).run(5)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 150))
def test_thirty_days_go_as_the_rules_say(connection, hook, seed):
    Story(seed, hook).run(DAYS)
