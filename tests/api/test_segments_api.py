"""Segments over the API."""

import pytest

from audiences.models import Segment
from config.team.models import AuditEvent
from tests.api.caller import paths
from tests.cast import delay, draft, people

pytestmark = pytest.mark.django_db
AMERICANS = {"attribute": "country", "op": "is", "value": "US"}


def made(shop, name: str = "Americans", filter: dict = AMERICANS) -> int:
    answer = shop.post("/segments", {"name": name, "filter": filter})
    assert answer.status_code == 201, answer.content
    return answer.data["id"]


def test_a_segment_is_made_read_listed_and_changed(shop):
    people(2, country="US"), people(1, country="CA")
    pk = made(shop)
    read = shop.get(f"/segments/{pk}").data
    assert (read["name"], read["filter"], read["people"]) == ("Americans", AMERICANS, 2)
    assert [row["name"] for row in shop.get("/segments").data["segments"]] == ["Americans"]
    changed = shop.put(f"/segments/{pk}", {"name": "Everybody", "filter": {"all": []}})
    assert changed.status_code == 200 and shop.get(f"/segments/{pk}").data["people"] == 3
    assert list(AuditEvent.objects.values_list("action", "target", "via").order_by("pk")) == [
        ("segment.created", "Americans", "shop"), ("segment.changed", "Everybody", "shop"),
    ]  # fmt: skip


def test_every_wrong_path_is_named_at_once(shop):
    wrong = {"all": [{"attribute": "nothing", "op": "is", "value": 1}, {"attribute": "email", "op": "gt", "value": 1}]}
    answer = shop.post("/segments", {"name": " ", "filter": wrong, "more": 1})
    assert paths(answer) == ["more", "name", "filter.all[0].attribute", "filter.all[1].op"]
    assert paths(shop.post("/segments", {"name": "a\x00"})) == ["name", "filter"]
    assert not Segment.objects.exists()


def test_a_name_is_taken_once(shop):
    made(shop)
    other = made(shop, "Canadians")
    assert shop.post("/segments", {"name": "Americans", "filter": AMERICANS}).status_code == 409
    assert shop.put(f"/segments/{other}", {"name": "Americans", "filter": AMERICANS}).status_code == 409


def test_a_segment_can_not_contain_itself_however_far_away(shop):
    assert paths(shop.post("/segments", {"name": "A", "filter": {"segment": "A"}})) == ["filter.segment"]
    first = made(shop, "A")
    made(shop, "B", {"not": {"segment": "A"}})
    circle = {"any": [AMERICANS, {"segment": "B"}]}
    assert paths(shop.put(f"/segments/{first}", {"name": "A", "filter": circle})) == ["filter.any[1].segment"]
    assert paths(shop.put(f"/segments/{first}", {"name": "C", "filter": {"segment": "A"}})) == ["filter.segment"]


def test_a_segment_that_is_used_keeps_its_name(shop):
    pk = made(shop, "A")
    made(shop, "B", {"not": {"segment": "A"}})
    draft(delay(), name="Winter", audience={"segment": "A"})
    answer = shop.put(f"/segments/{pk}", {"name": "C", "filter": AMERICANS})
    assert answer.status_code == 409
    assert "Segment B, Canvas Winter" in answer.data["detail"]
    assert shop.put(f"/segments/{pk}", {"name": "A", "filter": {"all": []}}).status_code == 200


def test_an_unknown_one_is_404(shop):
    assert shop.get("/segments/7").status_code == 404
    assert shop.put("/segments/7", {"name": "A", "filter": AMERICANS}).status_code == 404


def test_pages_show_each_once_whatever_is_made_or_renamed_meanwhile(shop):
    pks = [made(shop, name) for name in ("B", "A", "D")]
    first = shop.get("/segments?limit=2").data
    assert [one["id"] for one in first["segments"]] == pks[:2]
    pks.append(made(shop, "C"))
    shop.put(f"/segments/{pks[0]}", {"name": "Z", "filter": AMERICANS})
    rest = shop.get(f"/segments?limit=2&cursor={first['next']}").data
    assert [one["id"] for one in rest["segments"]] == pks[2:] and rest["next"] is None
    assert paths(shop.get("/segments?cursor=x")) == ["cursor"] and paths(shop.get("/segments?limit=0")) == ["limit"]


def test_the_queries_of_the_list_do_not_grow(shop, django_assert_num_queries):
    shop.get("/segments")
    for name in ("A", "B", "C"):
        made(shop, name)
        with django_assert_num_queries(3):
            shop.get("/segments")
