"""Whatever goes wrong is told in problem JSON, and without what was sent."""

import json
import logging
import re

import pytest
from django.test import Client

from audiences.api import users
from tests.api.caller import paths

pytestmark = pytest.mark.django_db


def problem(answer, status: int) -> dict:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = json.loads(answer.content)
    assert found["status"] == status and found["title"] and found["detail"]
    return found


def raw(shop, body: bytes, kind: str = "application/json"):
    bearer = {"Authorization": f"Bearer {shop.text}"}
    return Client().post("/api/v1/segments", data=body, content_type=kind, headers=bearer)


def test_an_address_that_is_none(shop):
    problem(shop.get("/nothing"), 404)
    problem(shop.get("/canvases/abc"), 404)
    problem(shop.get("/canvases/99999999999999999999"), 404)
    problem(shop.post("/canvases/7/launch"), 404)
    problem(Client().post("/api/v1/nothing/at/all"), 404)
    problem(Client().get("/api/v1/nothing%0Aat%0Aall"), 404)


def test_a_method_that_is_not_possible(shop):
    answer = shop.delete("/canvases")
    problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"name": NaN}', b'"\\ud800"', b"[" * 2000, b"1e999"])
def test_a_body_that_is_not_json(shop, body):
    problem(raw(shop, body), 400)


def test_a_body_of_another_type(shop):
    problem(raw(shop, b"name=x", "application/x-www-form-urlencoded"), 415)
    problem(raw(shop, b"{}", "text/plain"), 415)


def test_a_body_that_is_too_large(shop):
    problem(raw(shop, b" " * 3_000_000), 413)


def test_a_body_that_is_missing_or_no_object(shop):
    assert paths(shop.post("/segments")) == ["$"]
    for body in ([], "x", 5, None):
        assert paths(shop.post("/canvases", body if body is not None else {})) in (["$"], ["name"])


def test_wrong_values_are_named_by_their_path(shop):
    assert paths(shop.post("/users/delete", {"external_ids": ["a", 5], "more": 1})) == ["external_ids[1]", "more"]
    assert paths(shop.get("/canvases/1/steps/fb/people?limit=5000")) == ["limit"]


def test_our_own_fault_is_told_without_details_and_logged_without_the_person(shop, monkeypatch, caplog):
    def broken(profile):
        raise RuntimeError("broken")

    shop.post("/users/track", {"attributes": [{"external_id": "jane-doe"}]})
    monkeypatch.setattr(users, "described", broken)
    with caplog.at_level(logging.ERROR):
        found = problem(shop.get("/users/jane-doe"), 500)
    assert "broken" not in str(found)
    assert "users/<anything:external_id>" in caplog.text and "jane-doe" not in caplog.text


def test_the_description_and_its_page_come_from_our_own_host(client):
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["components"]["schemas"]["Filter"]["oneOf"]
    page = client.get("/api/v1/docs").content.decode()
    for path, methods in schema["paths"].items():
        assert path in page
        assert all(call["x-scope"] in page for call in methods.values())
    assert "<script>" not in page and "style=" not in page and "<style" not in page
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//(?!testserver)', page)
