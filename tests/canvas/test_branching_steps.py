"""Audience Paths and Experiment Paths: who goes which way, and what their editors keep."""

import pytest

from audiences.models import Profile
from canvas import document as documents
from canvas import inbox
from canvas.document import DocumentRefused, draft_of
from canvas.launch import problems
from canvas.models import Canvas, Entry
from canvas.steps.experiment_paths import bounds
from tests.cast import delay, document, draft, launch, people, tick, user

pytestmark = pytest.mark.django_db
FRENCH = {"attribute": "country", "op": "is", "value": "FR"}
NAMED = {"attribute": "first_name", "op": "exists"}


def paths(*groups: tuple, **ways: str) -> dict:
    chosen = [{"name": name, "filter": filter} for name, filter in groups]
    return {"key": "paths", "type": "audience_paths", "settings": {"groups": chosen}, "next": ways}


def experiment(ways: dict, share: float = 0, key: str = "test", **then: str) -> dict:
    settings = {"paths": [{"name": name, "share": share} for name, share in ways.items()], "control": share}
    return {"key": key, "type": "experiment_paths", "settings": settings, "next": then}


def standing(canvas: Canvas) -> dict[str, str]:
    """By person, the step where she is."""
    rows = Entry.objects.filter(canvas=canvas, cohort__ended_at=None)
    return dict(rows.values_list("profile__external_id", "cohort__step__key"))


def test_people_go_the_way_of_the_first_group_that_fits_them(now):
    for who, fields in {
        "both": {"country": "FR", "first_name": "Ann"},
        "named": {"first_name": "Bo"},
        "none": {},
    }.items():
        Profile.objects.create(external_id=who, **fields)
    step = paths(("French", FRENCH), ("Named", NAMED), French="a", Named="b", everyone_else="c")
    canvas = launch(step, delay("a"), delay("b"), delay("c"), at=now)
    tick(now)
    assert standing(canvas) == {"both": "a", "named": "b", "none": "c"}


def test_an_experiment_keeps_its_shares_and_each_person_her_way(now):
    people(2000)
    first = experiment({"A": 50, "B": 30}, 20, A="a", B="b", control="c")
    canvas = launch(first, delay("a"), delay("b"), delay("c"), at=now, reentry={"allowed": True})
    tick(now)
    found = standing(canvas)
    counts = [list(found.values()).count(key) for key in "abc"]
    assert all(abs(count - wanted) < 120 for count, wanted in zip(counts, (1000, 600, 400), strict=True)), counts
    Canvas.objects.filter(pk=canvas.pk).update(status="archived")
    other = launch(
        experiment({"A": 50, "B": 30}, 20, A="a", B="b", control="c"), delay("a"), delay("b"), delay("c"), at=now,
        name="Another",
    )  # fmt: skip
    tick(now)
    again = standing(other)
    same = sum(found[who] == again[who] for who in found)
    assert abs(same - 2000 * (0.25 + 0.09 + 0.04)) < 130, "the lots of two experiments hang together"


def test_who_comes_again_goes_the_same_way(now):
    people(60)
    canvas = launch(
        experiment({"A": 50, "B": 50}), at=now, entry={"type": "api"}, reentry={"allowed": True}, audience=None
    )
    for _ in range(2):
        inbox.trigger(canvas, dict.fromkeys(Profile.objects.values_list("pk", flat=True), {}), now)
        tick(now)
    trips = Entry.objects.filter(canvas=canvas).values_list("profile", "cohort__branch").distinct()
    assert Entry.objects.filter(canvas=canvas).count() == 120 and len(trips) == 60


def test_bounds_take_in_everybody():
    assert bounds({"A": 50, "B": 50}) == {"A": "80000000", "B": "ffffffff"}
    assert list(bounds({"A": 33.33, "B": 66.67}).values())[0] == "55532618"


REFUSED = [
    (paths(("A", FRENCH), ("A", NAMED)), "steps[0].settings.groups", "used twice"),
    (paths(("", FRENCH)), "steps[0].settings.groups", "no name"),
    (paths(("exit", FRENCH)), "steps[0].settings.groups", "a meaning of its own"),
    (
        paths(("A", {"attribute": "nope", "op": "is", "value": 1})),
        "steps[0].settings.groups[0].filter.attribute",
        "nope",
    ),
    (paths(*((str(at), FRENCH) for at in range(9))), "steps[0].settings.groups", "8 at most"),
    (experiment({"A": 101}), "steps[0].settings.paths", "0 to 100"),
    (experiment({"A": 33.333}), "steps[0].settings.paths", "two decimals"),
]


@pytest.mark.parametrize(("step", "path", "words"), REFUSED)
def test_a_document_that_makes_no_sense_is_refused_with_its_path(step, path, words):
    with pytest.raises(DocumentRefused) as refused:
        documents.parse(document(step))
    assert [fault.path for fault in refused.value.faults] == [path]
    assert words in refused.value.faults[0].message


def test_what_is_missing_stops_the_launch(now):
    steps = [experiment({"A": 50, "B": 40}, A="p"), paths(("A", FRENCH)) | {"key": "p"}]
    del steps[1]["settings"]["groups"][0]["filter"]
    found = [problem for problem in problems(draft_of(draft(*steps), now)) if problem.level == "error"]
    assert [(problem.step, problem.field) for problem in found] == [("test", "paths"), ("p", "groups")]
    assert "90 %" in found[0].message


def test_a_way_that_gets_another_name_leads_where_it_led(client):
    canvas = draft(experiment({"A": 50, "B": 50}, A="a", B="b"), delay("a"), delay("b"))
    client.force_login(user("Marketer"))
    sent = {
        "edition": 1, "paths-0-name": "First", "paths-0-was": "A", "paths-0-share": "40,5", "paths-1-name": "B",
        "paths-1-was": "B", "paths-1-share": "59.5",
    }  # fmt: skip
    assert client.post(f"/canvases/{canvas.pk}/steps/test/", sent).status_code == 302
    canvas.refresh_from_db()
    step = canvas.document["steps"][0]
    assert step["next"] == {"First": "a", "B": "b"}
    assert step["settings"] == {"paths": [{"name": "First", "share": 40.5}, {"name": "B", "share": 59.5}]}


def test_rows_are_added_ranked_and_taken_away_without_saving(client):
    canvas = draft(paths(("A", FRENCH), ("B", NAMED)))
    client.force_login(user("Marketer"))
    sent = {"edition": 1} | {f"groups-{at}-{part}": name for at, name in enumerate("AB") for part in ("name", "was")}
    for act, expected in (("add", ["A", "B", ""]), ("up.1", ["B", "A"]), ("drop.0", ["B"])):
        page = client.post(f"/canvases/{canvas.pk}/steps/paths/preview/", sent | {"act": act}).context["form"]
        assert [row["name"] for row in page.drawn] == expected
    canvas.refresh_from_db()
    assert canvas.edition == 1
