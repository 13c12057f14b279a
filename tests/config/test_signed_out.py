"""Somebody's session ends while a page of hers is open: no part of it is replaced by the page to sign in on."""

import json

import pytest

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/canvases/?q=win"}


def test_a_page_leads_to_signing_in(client):
    answer = client.get("/canvases/")
    assert answer.status_code == 302 and answer.url.endswith("?next=/canvases/")


@pytest.mark.parametrize(("method", "lost"), [("get", False), ("post", True)])
def test_a_part_of_a_page_is_told(client, method, lost):
    answer = getattr(client, method)("/canvases/", headers=HTMX)
    assert answer.status_code == 401 and not answer.content
    told = json.loads(answer.headers["HX-Trigger"])["signedOut"]
    assert told["lost"] == lost and told["at"].endswith("?next=%2Fcanvases%2F%3Fq%3Dwin")


def test_another_site_is_not_led_to(client):
    answer = client.get("/canvases/", headers=HTMX | {"HX-Current-URL": "https://elsewhere.example/x"})
    assert json.loads(answer.headers["HX-Trigger"])["signedOut"]["at"].endswith("?next=%2F")
