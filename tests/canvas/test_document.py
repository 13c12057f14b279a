"""The Canvas document: what is refused, with every wrong path at once, and what is only a Problem later."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences.models import Segment
from canvas.document import DocumentRefused, parse
from canvas.document_faults import KEYS
from canvas.models import Canvas
from canvas.steps import registry
from tests.cast import delay, document, facebook_step, split
from tests.often import often

pytestmark = pytest.mark.django_db
EVERYBODY = {"all": []}


def refused(source) -> dict[str, str]:
    """What is wrong with it: path -> sentence."""
    with pytest.raises(DocumentRefused) as refusal:
        parse(source)
    faults = refusal.value.faults
    assert len({fault.path for fault in faults}) == len(faults), faults
    return {fault.path: fault.message for fault in faults}


def step(**changes) -> dict:
    return document(delay() | changes)


def test_what_is_read_is_what_it_says(now):
    read = parse(document(delay("wait", "fb"), facebook_step(), reentry={"allowed": True, "after": "P1D"}))
    assert (read.name, read.reentry_after, read.entry_time(now)) == ("Win back", timedelta(days=1), now)
    assert [(each.key, each.type.type, dict(each.next)) for each in read.steps] == [
        ("wait", "delay", {"next": "fb"}),
        ("fb", "facebook_audience", {}),
    ]


def test_the_export_is_the_source_and_reads_the_same_again():
    source = document(split(EVERYBODY, yes="fb", no="wait"), facebook_step(), delay())
    exported = json.loads(json.dumps(parse(source).source))
    assert exported == source
    assert parse(exported) == parse(source)


def test_every_wrong_path_is_told_at_once():
    source = document(
        delay("one", "nowhere", duration="soon"),
        delay("one", color="red"),
        {"key": "three", "type": "teleport"},
        facebook_step("four", fields=["shoe_size"]) | {"colour": "blue"},
        delay("five") | {"next": {"yes": "one"}},
        split({"attribute": "country", "op": "is", "valeu": "FR"}, key="six"),
        "seven",
        name=" ",
        entry={"type": "scheduled", "at": "tomorrow", "on": "monday"},
        audience={"segment": "Nobody knows"},
        reentry={"allowed": "yes", "after": "a week", "never": 1},
        theme="dark",
    )
    assert set(refused(source)) == {
        "theme", "name", "entry.at", "entry.on", "audience.segment", "reentry.allowed", "reentry.after",
        "reentry.never", "steps[0].settings.duration", "steps[0].next.next", "steps[1].key",
        "steps[1].settings.color", "steps[2].type", "steps[3].colour", "steps[3].settings.fields",
        "steps[4].next.yes", "steps[5].settings.filter.value", "steps[5].settings.filter.valeu", "steps[6]",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "path"),
    [
        (None, "$"),
        ([], "$"),
        ("{}", "$"),
        ({}, "name"),
        (document(name="x" * 101), "name"),
        (document(name=7), "name"),
        (document(steps={}), "steps"),
        (document(steps=[delay()] * 1001), "steps"),
        (document(entry="launch"), "entry"),
        (document(entry={}), "entry.type"),
        (document(entry={"type": "scheduled"}), "entry.at"),
        (document(entry={"type": "scheduled", "at": "0001-01-01T00:00:00Z"}), "entry.at"),
        (document(entry={"type": "scheduled", "at": "9999-12-31T23:59:59-14:00"}), "entry.at"),
        (document(audience=[]), "audience"),
        (document(audience={"segment": "A", "filter": EVERYBODY}), "audience.segment"),
        (document(audience={"filter": {"attribute": "shoe", "op": "is", "value": 1}}), "audience.filter.attribute"),
        (document(reentry=True), "reentry"),
        (document(reentry={"allowed": True, "after": "P999Y"}), "reentry.after"),
        (step(key=""), "steps[0].key"),
        (step(key="a b"), "steps[0].key"),
        (step(key=["a"]), "steps[0].key"),
        (step(key="k" * 61), "steps[0].key"),
        (step(type=None), "steps[0].type"),
        (step(settings=[]), "steps[0].settings"),
        (step(next="fb"), "steps[0].next"),
        (step(next={"next": None}), "steps[0].next.next"),
        (step(next={"next": ["wait"]}), "steps[0].next.next"),
        (step(settings={"until": "never"}), "steps[0].settings.until"),
        (step(settings={"weekday": "payday"}), "steps[0].settings.weekday"),
        (step(settings={"time": "25:00"}), "steps[0].settings.time"),
        (document(facebook_step(ad_account=1001)), "steps[0].settings.ad_account"),
        (document(facebook_step(fields=["email", "email"])), "steps[0].settings.fields"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_path(source, path):
    assert path in refused(source)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"limit": {"max": 0, "per": "day"}}, "limit.max"),
        ({"limit": {"max": 5, "per": "hour"}}, "limit.per"),
        ({"exit": {"event": "bought", "filter": {"all": []}}}, "exit"),
        ({"exit": {"filter": {"attribute": "nope", "op": "exists"}}}, "exit.filter.attribute"),
        ({"conversions": [{"name": "A", "event": "bought"}]}, "conversions[0].within"),
        ({"conversions": [{"name": "A", "event": "b", "within": "P1D"}] * 2}, "conversions"),
        ({"entry": {"type": "scheduled", "every": "day"}}, "entry.time"),
        ({"entry": {"type": "scheduled", "every": "week", "time": "09:00", "weekdays": []}}, "entry.weekdays"),
        ({"entry": {"type": "scheduled", "every": "month", "time": "09:00", "day": 32}}, "entry.day"),
        ({"entry": {"type": "scheduled", "every": "day", "time": "09:00", "day": 1}}, "entry.day"),
    ],
)
def test_what_says_who_enters_and_how_trips_end_is_refused_with_its_path(change, path):
    assert list(refused(document(**change))) == [path]


@pytest.mark.parametrize("value", ["nul \x00", "half \ud800", float("nan"), float("inf"), 2**63])
def test_what_no_database_keeps_is_refused(value):
    assert "steps[0].settings.ad_account" in refused(document(facebook_step(ad_account=value)))
    assert refused(document(name=value))
    assert refused(document(audience={"filter": {"attribute": "country", "op": "is", "value": value}}))


def test_what_is_nested_without_end_is_refused():
    deep = EVERYBODY
    for _ in range(5000):
        deep = {"not": deep}
    assert "too deep" in next(iter(refused(document(split(deep))).values()))


@pytest.mark.parametrize(
    "source",
    [
        {"name": "Bare"},
        document(),
        document(entry=None, audience=None),
        document(delay("a", "b"), delay("b", "a")),
        document({"key": "a", "type": "delay"}),
        document(facebook_step(ad_account="", audience_name="", fields=[])),
        document({"key": "a", "type": "decision_split", "settings": {}, "next": {}}),
        document(*(delay(f"s{n}") for n in range(201))),
    ],
)
def test_an_unfinished_document_is_a_draft_not_a_fault(source):
    assert parse(source).source == source


def test_a_time_without_a_zone_is_meant_in_the_companys(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    source = document(entry={"type": "scheduled", "at": "2026-12-01T09:00:00"})
    assert parse(source).entry_time(None) == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_whatever_is_accepted_can_be_stored():
    Segment.objects.create(name="Lapsed", filter=EVERYBODY)
    source = document(delay(), facebook_step(audience_name="Čau 👋 \u2028"), audience={"segment": "Lapsed"})
    stored = Canvas.objects.create(name="Any", document=parse(source).source)
    assert Canvas.objects.get(pk=stored.pk).document == source


WORDS = [*sorted(KEYS), *sorted(registry.TYPES), "next", "yes", "all", "segment", "duration", "launch", "wait"]
texts = st.sampled_from(WORDS) | st.text()
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
SETTINGS = ["duration", "until", "fields", "filter", "ad_account"]
steps = st.fixed_dictionaries(
    {},
    optional={
        "key": texts | anything,
        "type": st.sampled_from(sorted(registry.TYPES)) | anything,
        "settings": st.dictionaries(st.sampled_from(SETTINGS), anything) | anything,
        "next": st.dictionaries(texts, texts | anything, max_size=3) | anything,
    },
)  # fmt: skip
nearly = st.fixed_dictionaries(
    {"name": texts | anything},
    optional={
        "entry": st.fixed_dictionaries({"type": texts, "at": texts | anything}) | anything,
        "audience": st.dictionaries(st.sampled_from(["segment", "filter"]), anything) | anything,
        "reentry": st.fixed_dictionaries({"allowed": st.booleans(), "after": texts | anything}) | anything,
        "steps": st.lists(steps, max_size=4) | anything,
    },
)


@settings(max_examples=often(300), deadline=None, suppress_health_check=list(HealthCheck))
@given(source=anything | nearly)
def test_any_json_is_read_or_refused(source):
    try:
        read = parse(source)
    except DocumentRefused as refusal:
        assert refusal.faults
        str(refusal).encode()
    else:
        assert read.source is source
        json.dumps(source, allow_nan=False).encode()
