"""Canvases over the API: documents, launch, stop, resume, numbers."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from canvas.models import Canvas
from config.team.models import AuditEvent
from tests.api.caller import paths
from tests.cast import delay, document, facebook_step, people, split, tick

pytestmark = pytest.mark.django_db


def made(shop, *steps: dict, **more) -> int:
    answer = shop.post("/canvases", document(*steps, **more))
    assert answer.status_code == 201, answer.content
    return answer.data["id"]


def test_a_draft_is_made_read_listed_and_replaced(shop):
    pk = made(shop, delay())
    read = shop.get(f"/canvases/{pk}")
    assert (read.data["status"], read.data["edition"], read.headers["ETag"]) == ("draft", 1, '"1"')
    assert read.data["document"] == document(delay())
    replaced = shop.put(f"/canvases/{pk}", document(delay(), name="Spring"))
    assert (replaced.status_code, replaced.data["edition"], replaced.headers["ETag"]) == (200, 2, '"2"')
    assert [row["name"] for row in shop.get("/canvases").data["canvases"]] == ["Spring"]
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["canvas.created", "canvas.saved"]


def test_every_wrong_path_of_a_document_is_named(shop):
    wrong = document({"key": "a", "type": "nothing"}, delay(duration="soon"), name="", more=1)
    expected = {"more", "name", "steps[0].type", "steps[1].settings.duration"}
    assert set(paths(shop.post("/canvases", wrong))) == expected
    pk = made(shop, delay())
    assert set(paths(shop.put(f"/canvases/{pk}", wrong))) == expected
    assert Canvas.objects.get().edition == 1


def test_what_no_database_can_store_is_refused_wherever_it_stands(shop):
    deep: list = []
    for _ in range(900):
        deep = [deep]
    for value in ("a\x00", deep):
        hidden = split({"attribute": "email", "op": "is", "value": value})
        assert paths(shop.post("/canvases", document(hidden)))[0].startswith("steps[0].settings.filter")


def test_a_name_is_taken_once(shop):
    made(shop, name="A")
    other = made(shop, name="B")
    assert shop.post("/canvases", document(name="A")).status_code == 409
    assert shop.put(f"/canvases/{other}", document(name="A")).status_code == 409


def test_a_second_editor_does_not_silently_win(shop):
    pk = made(shop, delay())
    longer = document(delay(duration="P2D"))
    assert shop.put(f"/canvases/{pk}", longer, **{"If-Match": '"1"'}).status_code == 200
    assert shop.put(f"/canvases/{pk}", document(), **{"If-Match": '"1"'}).status_code == 412
    assert shop.put(f"/canvases/{pk}?edition=1", document()).status_code == 409
    assert paths(shop.put(f"/canvases/{pk}", document(), **{"If-Match": "x"})) == ["If-Match"]
    assert shop.put(f"/canvases/{pk}?edition=2", document()).data["edition"] == 3
    assert shop.put(f"/canvases/{pk}", longer, **{"If-Match": "*"}).data["edition"] == 4
    assert shop.put(f"/canvases/{pk}", longer, **{"If-Match": '"3"'}).data["edition"] == 4, (
        "the same again is no change"
    )


def test_a_launch_lets_people_in_and_only_once(shop, connection):
    people(3)
    pk = made(shop, facebook_step(then="wait"), delay())
    answer = shop.post(f"/canvases/{pk}/launch")
    assert (answer.status_code, answer.data["status"]) == (200, "active")
    assert {problem["level"] for problem in answer.data["problems"]} <= {"warning"}
    again = shop.post(f"/canvases/{pk}/launch")
    assert again.status_code == 422 and again.data["problems"][0]["id"] == "canvas.E008"
    assert AuditEvent.objects.filter(action="canvas.launched", via="shop").count() == 1


def test_what_is_live_is_changed_as_a_draft_that_a_launch_makes_live(shop, now):
    people(2)
    pk = made(shop, delay("wait"))
    shop.post(f"/canvases/{pk}/launch")
    tick(now)
    read = shop.get(f"/canvases/{pk}").data
    assert (read["version"], read["drafting"], read["edition"]) == (1, False, 1)
    changed = shop.put(f"/canvases/{pk}", document(delay("new")), **{"If-Match": '"1"'})
    assert (changed.status_code, changed.data["drafting"], changed.data["version"]) == (200, True, 1)
    assert shop.get(f"/canvases/{pk}").data["document"] == document(delay("new"))
    refused = shop.post(f"/canvases/{pk}/launch")
    assert (refused.status_code, refused.data["problems"][0]["id"]) == (422, "canvas.E010")
    assert refused.data["problems"][0]["step"] == "wait"
    assert paths(shop.put(f"/canvases/{pk}", document(delay("new"), name="Spring"))) == ["name"]
    answer = shop.post(f"/canvases/{pk}/launch", {"onward": {"wait": None}})
    assert (answer.status_code, answer.data["status"]) == (200, "active")
    assert [row["version"] for row in shop.get("/canvases").data["canvases"]] == [2]
    steps = shop.get(f"/canvases/{pk}/analytics").data["steps"]
    assert [(row["key"], row.get("retired")) for row in steps] == [("new", None), ("wait", True)]
    assert AuditEvent.objects.filter(action="canvas.published", via="shop").count() == 1


BROKEN = {
    "nothing at all": document() | {"entry": None, "audience": None},
    "no token": document(facebook_step()),
    "no settings": document(facebook_step(ad_account="", audience_name="", fields=[]), delay("wait", "wait")),
    "a loop and a split": document(split({"all": []}, yes="split"), delay("far", duration="P1D")),
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_what_stops_a_launch_is_told_with_the_ids_of_the_command_line(shop, sandbox, source, tmp_path):
    answer = shop.post(f"/canvases/{shop.post('/canvases', source).data['id']}/launch")
    assert answer.status_code == 422 and answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.data["problems"][0]) == {"id", "level", "step", "field", "message", "hint"}
    told = [problem["id"] for problem in answer.data["problems"]]
    assert told and told == by_command(source, tmp_path)
    assert Canvas.objects.get().status == "draft"


def by_command(source: dict, folder) -> list[str]:
    file, out = folder / "canvas.json", StringIO()
    file.write_text(json.dumps(source))
    with pytest.raises(CommandError):
        call_command("launch_canvas", str(file), stdout=out)
    return [line.split()[1].rstrip(":") for line in out.getvalue().splitlines()]


def test_stop_and_resume_say_when_they_can_not(shop):
    pk = made(shop, delay())
    assert shop.post(f"/canvases/{pk}/stop").status_code == 409
    shop.post(f"/canvases/{pk}/launch")
    assert shop.post(f"/canvases/{pk}/stop").data == {"status": "stopped"}
    assert shop.post(f"/canvases/{pk}/stop").status_code == 409
    assert shop.post(f"/canvases/{pk}/resume").data == {"status": "active"}
    assert shop.post(f"/canvases/{pk}/resume").status_code == 409


def test_the_numbers_are_those_of_the_analytics(shop, connection, now):
    people(3), people(1, email="")
    pk = made(shop, facebook_step(then="wait"), delay())
    shop.post(f"/canvases/{pk}/launch")
    tick(Canvas.objects.get().entry_runs.get().planned_at)
    numbers = shop.get(f"/canvases/{pk}/analytics").data
    assert numbers["canvas"]["entered"] == 4
    sums = {"synced": 3, "pending": 0, "missing_fields": 1, "not_synced": 0, "withdrawn": 0}
    assert numbers["steps"][0] == {"key": "fb", "type": "facebook_audience", "entered": 4, "proceeded": 4} | sums
    assert numbers["steps"][1] == {"key": "wait", "type": "delay", "entered": 4, "proceeded": 0}


def test_the_queries_of_the_list_and_the_numbers_do_not_grow(shop, django_assert_num_queries):
    shop.get("/canvases")
    for count in (1, 5):
        pk = made(shop, *(delay(f"d{number}") for number in range(count)), name=f"With {count}")
        with django_assert_num_queries(3):
            shop.get("/canvases")
        shop.post(f"/canvases/{pk}/launch")
        with django_assert_num_queries(6):
            shop.get(f"/canvases/{pk}/analytics")
