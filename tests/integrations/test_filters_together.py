"""Everything a filter may ask, mixed and nested: SQL, and the answer to "why", say the same as plain Python.

The plain meaning of each condition alone stands in tests/audiences/test_filters.py and test_behaviour.py.
"""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences import segments, why
from audiences.models import CustomAttribute, Profile, Segment
from canvas.models import Canvas, Cohort, Entry, Step
from integrations.models import AdAccount, Connection, CustomAudience, Member, SyncBatch
from tests.audiences import test_behaviour as deeds
from tests.audiences import test_filters as known

pytestmark = pytest.mark.django_db
NOW = known.NOW
TYPES = {"plan": "text", known.ODD: "text", "score": "number", "vip": "boolean", "seen": "time"}
TRIP = {"Waiting, inside": ("Waiting", None), "Waiting, left": ("Waiting", NOW), "Other, inside": ("Other", None)}
SYNC = [(state, verdict) for state in ("done", "sealed", "failed") for verdict in ("", "refused")]

people = st.lists(
    st.fixed_dictionaries(
        {
            "known": known.people.map(lambda some: some[0]),
            "events": st.lists(deeds.deeds, max_size=3),
            "purchases": st.lists(deeds.buys, max_size=2),
            "trips": st.lists(st.sampled_from(list(TRIP)), max_size=2),
            "syncs": st.lists(st.sampled_from(SYNC), max_size=2),
        }
    ),
    min_size=1,
    max_size=4,
)
alone = known.conditions() | deeds.leaves | st.sampled_from([{"in_canvas": "Waiting"}, {"synced_to": "VIP"}])
leaves = alone | st.sampled_from([{"segment": "One"}, {"segment": "Two"}])


def nested(inner):
    some = st.lists(inner, max_size=3)
    return some.map(lambda all: {"all": all}) | some.map(lambda any: {"any": any}) | inner.map(lambda one: {"not": one})


class World:
    """The Canvases and custom audiences of the tests, and people who come and go."""

    def __init__(self) -> None:
        self.canvases = {name: Canvas.objects.create(name=name, document={}) for name in ("Waiting", "Other")}
        self.steps = {name: Step.objects.create(canvas=one, key="fb") for name, one in self.canvases.items()}
        account = AdAccount.objects.create(connection=Connection.objects.create(partner="facebook"), account_id="act_1")
        more = {"step": self.steps["Waiting"], "ad_account": account, "fields": ["email"]}
        self.audience = CustomAudience.objects.create(name="VIP", mark="x", **more)

    def people_are(self, people: list[dict]) -> None:
        for model in (Member, SyncBatch, Entry, Cohort, Profile):
            model.objects.all().delete()
        self.number = count(1)
        for place, one in enumerate(people):
            attributes = dict(one["known"])
            built_in = {name: attributes.pop(name) for name in ("city", "date_of_birth")}
            profile = Profile.objects.create(external_id=str(place), attributes=attributes, **built_in)
            self.did(profile, one)
            self.went(profile, one)

    def did(self, profile: Profile, one: dict) -> None:
        for name, ago, properties in one["events"]:
            deeds.did(profile, name, ago, **properties)
        for product, ago, price, quantity, currency in one["purchases"]:
            deeds.bought(profile, price, quantity, product, currency, ago)

    def went(self, profile: Profile, one: dict) -> None:
        for name, ended in (TRIP[trip] for trip in one["trips"]):
            where = {"canvas": self.canvases[name], "step": self.steps[name]}
            cohort = Cohort.objects.create(**where, size=1, arrived_at=NOW, due_at=NOW, ended_at=ended)
            trip = {"profile": profile, "trip": next(self.number), "cohort": cohort, "entered_at": NOW}
            Entry.objects.create(canvas=self.canvases[name], **trip)
        for state, verdict in one["syncs"]:
            batch = SyncBatch.objects.create(audience=self.audience, state=state, created_at=NOW)
            Member.objects.create(batch=batch, entry_id=next(self.number), profile=profile, verdict=verdict)


def holds(document: dict, one: dict, saved: dict[str, dict]) -> bool:
    if "all" in document:
        return all(holds(inner, one, saved) for inner in document["all"])
    if "any" in document:
        return any(holds(inner, one, saved) for inner in document["any"])
    if "not" in document:
        return not holds(document["not"], one, saved)
    if "segment" in document:
        return holds(saved[document["segment"]], one, saved)
    if "in_canvas" in document:
        return "Waiting, inside" in one["trips"]
    if "synced_to" in document:
        return ("done", "") in one["syncs"]
    if "attribute" in document:
        return known.holds(document, one["known"])
    return deeds.holds(document, one["events"], one["purchases"])


@pytest.fixture
def world(db, settings) -> World:
    settings.TIME_ZONE = "America/New_York"
    CustomAttribute.objects.bulk_create(CustomAttribute(name=name, type=kind) for name, kind in TYPES.items())
    return World()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=people,
    one=alone,
    two=alone,
    documents=st.lists(st.recursive(leaves, nested, max_leaves=5), min_size=2, max_size=4),
)
def test_every_condition_in_every_mixture_means_the_same(world, people, one, two, documents):
    saved = {"One": one, "Two": {"any": [two, {"not": {"segment": "One"}}]}}
    Segment.objects.all().delete()
    Segment.objects.bulk_create(Segment(name=name, filter=document) for name, document in saved.items())
    world.people_are(people)
    first = Profile.objects.get(external_id="0")
    for document in documents:
        found = segments.people({"filter": document}, NOW).values_list("external_id", flat=True)
        assert set(found) == {str(at) for at, person in enumerate(people) if holds(document, person, saved)}, document
        told = why.told(Segment(name="Three", filter=document), first, NOW)
        assert told.holds == holds(document, people[0], saved), document
