"""The launch checks of a Canvas itself: each row of the table, told with its id, step and field."""

from datetime import timedelta

import pytest

from audiences.models import Segment
from canvas import launch as launching
from canvas.document import Draft, parse, read
from canvas.models import Canvas, EntryRun
from tests.cast import delay, document, draft, facebook_step, people, split

pytestmark = pytest.mark.django_db
EVERYBODY = {"all": []}


def told(source: dict, now) -> list[tuple]:
    """(id, step, field) of everything that is told about a document."""
    return [(found.id, found.step, found.field) for found in launching.problems(Draft(read(source), now))]


@pytest.fixture(autouse=True)
def somebody(db):
    people(1)


def test_a_canvas_that_is_right_has_no_problem(now):
    assert told(document(split(EVERYBODY, yes="wait"), delay()), now) == []


def test_e001_no_steps(now):
    assert told(document(), now) == [("canvas.E001", None, None)]


@pytest.mark.parametrize("missing", [None, {}])
def test_e002_no_target_audience(now, missing):
    assert told(document(delay(), audience=missing), now) == [("canvas.E002", None, "audience")]


def test_e002_no_trigger(now):
    assert told(document(delay(), entry=None), now) == [("canvas.E002", None, "entry")]


def test_e002_a_segment_that_is_gone_by_now(now):
    segment = Segment.objects.create(name="Lapsed", filter=EVERYBODY)
    canvas = draft(delay(), audience={"segment": "Lapsed"})
    parse(canvas.document)
    segment.delete()
    with pytest.raises(launching.NotLaunched, match="Lapsed") as refusal:
        launching.launch(canvas, now)
    assert [problem.id for problem in refusal.value.problems] == ["canvas.E002"]
    assert canvas.status == Canvas.Status.DRAFT


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({}, "duration"),
        ({"weekday": "monday"}, "time"),
        ({"time": "09:00"}, "weekday"),
        ({"duration": "PT1H", "until": "2026-12-01T09:00:00Z"}, "duration"),
    ],
)
def test_e004_a_delay_without_a_length(now, settings, field):
    step = {"key": "wait", "type": "delay", "settings": settings}
    assert told(document(step), now) == [("canvas.E004", "wait", field)]


def test_e004_a_split_without_a_filter(now):
    step = {"key": "split", "type": "decision_split", "settings": {}}
    assert told(document(step), now) == [("canvas.E004", "split", "filter")]


def test_e004_a_split_by_a_segment_that_is_gone_by_now(now):
    assert told(document(split({"segment": "Lapsed"})), now) == [("canvas.E004", "split", "filter")]


def test_e005_a_loop_is_told_in_the_order_of_its_arrows(now):
    source = document(delay("a", "b"), delay("b", "c"), delay("c", "b", duration="P2D"))
    (loop,) = launching.problems(Draft(read(source), now))
    assert (loop.id, loop.field) == ("canvas.E005", "next")
    hour, days = "Delay: Wait 1 hour", "Delay: Wait 2 days"
    assert loop.message in (
        f"The steps form a loop: {hour} → {days} → {hour}.",
        f"The steps form a loop: {days} → {hour} → {days}.",
    )


def test_e005_each_of_several_loops_and_a_step_that_leads_to_itself(now):
    ways = split(EVERYBODY, yes="a", no="c")
    source = document(ways, delay("a", "b"), delay("b", "a"), delay("c", "c"))
    found = [each for each in launching.problems(Draft(read(source), now)) if each.id == "canvas.E005"]
    assert {each.step for each in found} in ({"a", "c"}, {"b", "c"})


def test_branches_that_join_again_are_no_loop(now):
    assert told(document(split(EVERYBODY, yes="a", no="a"), delay("a", "b"), delay("b")), now) == []


def chain(length: int) -> list[dict]:
    return [delay(f"s{n}", f"s{n + 1}" if n + 1 < length else None) for n in range(length)]


def test_e006_more_than_200_steps(now):
    assert told(document(*chain(200)), now) == []
    assert told(document(*chain(201)), now) == [("canvas.E006", None, None)]


def test_e007_the_schedule_lies_in_the_past(now):
    entry = {"type": "scheduled", "at": (now - timedelta(seconds=1)).isoformat()}
    assert told(document(delay(), entry=entry), now) == [("canvas.E007", None, "entry")]
    assert told(document(delay(), entry=entry | {"at": now.isoformat()}), now) == []


def test_w001_a_step_is_unreachable(now):
    assert told(document(delay("a"), delay("b")), now) == [("canvas.W001", "b", None)]


def test_w002_nobody_is_in_the_target_audience(now):
    nobody = {"filter": {"attribute": "country", "op": "is", "value": "FR"}}
    assert told(document(delay(), audience=nobody), now) == [("canvas.W002", None, "audience")]


def test_warnings_are_told_and_do_not_stop_the_launch(now):
    nobody = {"filter": {"attribute": "country", "op": "is", "value": "FR"}}
    canvas = draft(delay("a"), delay("b"), audience=nobody)
    warnings = launching.launch(canvas, now)
    assert {warning.id for warning in warnings} == {"canvas.W001", "canvas.W002"}
    assert canvas.status == Canvas.Status.ACTIVE


def test_everything_is_told_at_once_errors_first_and_each_cause_once(now):
    source = document(
        delay("a", "b"),
        delay("b", "a"),
        {"key": "c", "type": "delay"},
        facebook_step(ad_account="", audience_name=" ", fields=[]),
        audience=None,
        entry={"type": "scheduled", "at": "2026-01-01T00:00:00Z"},
    )
    found = told(source, now)
    assert [identity for identity, _, _ in found if ".W" in identity] == ["canvas.W001", "canvas.W001"]
    assert [identity for identity, _, _ in found][-2:] == ["canvas.W001", "canvas.W001"]
    assert sorted(identity for identity, _, _ in found if ".E" in identity) == [
        "canvas.E002", "canvas.E004", "canvas.E005", "canvas.E007",
        "facebook.E001", "facebook.E004", "facebook.E008", "facebook.E009",
    ]  # fmt: skip
    assert len(set(found)) == len(found)


def test_a_refused_launch_changes_nothing(now):
    canvas = draft()
    with pytest.raises(launching.NotLaunched, match=r"error canvas\.E001: The Canvas has no steps\."):
        launching.launch(canvas, now)
    assert canvas.status == Canvas.Status.DRAFT
    assert not canvas.versions.exists() and not canvas.steps.exists() and not EntryRun.objects.exists()


def test_a_hint_names_the_place_in_words(now):
    unknown = {"attribute": "shoe_size", "op": "is", "value": "9"}
    audience = {"filter": {"all": [EVERYBODY, {"any": [unknown]}]}}
    (wrong,) = launching.problems(Draft(read(document(delay(), audience=audience)), now))
    assert wrong.hint == "Correct condition 2.1 of the filter."
