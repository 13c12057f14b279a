"""What marketers and admins see of a Webhook step: checks, editor, preview, and the key."""

import re

import pytest
from django.urls import reverse

from canvas.document import draft_of
from canvas.launch import problems
from integrations.webhook import signing
from tests.cast import draft, fate, launch, people, tick, user, webhook

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def found(canvas, now) -> list[tuple]:
    return [(one.id, one.field) for one in problems(draft_of(canvas, now)) if one.step]


URL, BODY, HEADERS = "url", "body", "headers"
WRONG = [
    ({URL: ""}, [("canvas.E004", URL)]),
    ({URL: "ftp://x.example/"}, [("webhook.E002", URL)]),
    ({URL: "hooks.example.com"}, [("webhook.E002", URL)]),
    ({URL: "https://{{ city }}.example/"}, [("webhook.E002", URL)]),
    ({URL: "https://hooks.example.com:99999/"}, [("webhook.E002", URL)]),
    ({URL: "https://[::1/"}, [("webhook.E002", URL)]),
    ({URL: "https://me:secret@x.example/"}, [("webhook.E002", URL)]),
    ({URL: "https://localhost/"}, [("webhook.E002", URL)]),
    ({URL: "https://169.254.169.254/latest"}, [("webhook.E002", URL)]),
    ({URL: "https://[::ffff:10.0.0.1]/"}, [("webhook.E002", URL)]),
    ({URL: "https://x.example/{{ nobody_knows }}"}, [("webhook.E001", URL)]),
    ({URL: "http://x.example/"}, [("webhook.W001", URL)]),
    ({BODY: '{"a": {{ points }}}'}, [("webhook.E003", BODY)]),
    ({BODY: '{"a": ["{{ nobody_knows }}", {"b": "{{"}]}'}, [("webhook.E001", BODY), ("webhook.E001", BODY)]),
    ({BODY: "[" * 50_000}, [("webhook.E003", BODY)]),
    ({BODY: "[" * 51 + "]" * 51}, [("webhook.E003", BODY)]),
    ({BODY: "[" * 50 + "]" * 50}, []),
    ({BODY: "{{ first_name }}", HEADERS: {"content-type": "application/vnd.x+json; a=b"}}, [("webhook.E003", BODY)]),
    ({BODY: '"{{ first_name }}"', HEADERS: {"Content-Type": "application/json"}}, []),
    ({BODY: "[{{ first_name }}]", HEADERS: {"Content-Type": "application/x-www-form-urlencoded"}}, []),
    ({HEADERS: {"Content-Length": "3"}}, [("webhook.E004", HEADERS)]),
    ({HEADERS: {"X-Api-Key": "3"}}, [("webhook.W002", HEADERS)]),
    ({HEADERS: {"X-Who": "{{ nobody_knows }}"}}, [("webhook.E001", HEADERS)]),
    ({BODY: "", "method": "GET", URL: "https://x.example?a={{ trigger.b }}"}, []),
]


@pytest.mark.parametrize(("chosen", "told"), WRONG)
def test_what_can_not_be_sent_stops_the_launch_and_names_the_field(chosen, told, now):
    people(1)
    assert found(draft(webhook(**chosen)), now) == told


def test_the_editor_keeps_what_was_written(client):
    canvas = draft(webhook())
    client.force_login(user("Marketer"))
    at = reverse("canvas:step", args=[canvas.pk, "hook"])
    sent = {
        "edition": 1, "method": "PUT", "url": "https://x.example/a", "headers": "X-A: 1\r\n\r\nX-B:two: three",
        "body": '{\r\n"a": 1}',
    }  # fmt: skip
    assert client.post(at, sent).status_code == 302
    canvas.refresh_from_db()
    assert canvas.document["steps"][0]["settings"] == {
        "method": "PUT", "url": "https://x.example/a", "headers": {"X-A": "1", "X-B": "two: three"},
        "body": '{\n"a": 1}',
    }  # fmt: skip
    assert "X-B: two: three" in client.get(at).content.decode()
    wrong = client.post(at, sent | {"edition": 2, "headers": "no header"}).content.decode()
    assert "“no header” is no header." in wrong and "https://x.example/a" in wrong


def test_a_new_step_of_this_type_can_be_opened(client):
    canvas = draft({"key": "hook", "type": "webhook", "settings": {}, "next": {}})
    client.force_login(user("Viewer"))
    assert client.get(reverse("canvas:step", args=[canvas.pk, "hook"])).status_code == 200


def test_the_preview_shows_the_request_about_one_person(client):
    ann = people(1, first_name="Ann")[0]
    canvas = draft(webhook())
    client.force_login(user("Marketer"))
    at = reverse("integrations:webhook_preview", args=[canvas.pk, "hook"])
    page = client.post(at, {"person": ann.pk}, **HTMX).content.decode()
    assert "https://hooks.example.com/" in page and "&quot;id&quot;: &quot;p0&quot;" in page
    typed = {"person": ann.pk, "typed": "1", "method": "GET", "url": "https://x.example/{{ first_name }}"}
    page = client.post(at, typed | {"headers": "X-Name: {{ first_name }}"}, **HTMX).content.decode()
    assert "https://x.example/Ann" in page and "No body" in page and "X-Name" in page
    assert "is no header" in client.post(at, typed | {"headers": "nonsense"}, **HTMX).content.decode()
    for broken in ({"url": ""}, {"url": "https://[::1/"}, {"url": "https://x/{{"}, {"method": "POST", "body": "{"}):
        assert client.post(at, typed | broken, **HTMX).status_code == 200


def test_an_admin_makes_a_key_that_is_shown_once(client):
    client.force_login(user("Admin"))
    at = reverse("integrations:webhook_key")
    assert "There is no key yet" in client.get(at).content.decode()
    made = re.search(r"whk_[\w-]+", client.post(at).content.decode())[0]
    assert made == signing.current()
    page = client.get(at).content.decode()
    assert made not in page and made[-4:] in page and "admin@example.com" in page
    assert re.search(r"whk_[\w-]+", client.post(at).content.decode())[0] == signing.current() != made


def test_the_page_of_the_step_says_what_was_answered(client, hook, now):
    people(2)
    hook.answers = [404]
    canvas = launch(webhook(url=hook.url), at=now)
    tick(now)
    assert fate(canvas, "hook") == {"sent": 1, "pending": 1}
    client.force_login(user("Marketer"))
    page = client.get(reverse("canvas:step_analytics", args=[canvas.pk, "hook"])).content.decode()
    assert "The address refused the request. (404)" in page and "No e-mail" not in page
    assert client.get(reverse("canvas:builder", args=[canvas.pk])).status_code == 200


def test_a_body_that_is_nested_too_deep_is_told_in_the_preview(client):
    [ann] = people(1)
    canvas = draft(webhook())
    client.force_login(user("Marketer"))
    asked = {"typed": "1", "method": "POST", "url": "https://x.example/", "body": "[" * 50_000, "person": ann.pk}
    page = client.post(reverse("integrations:webhook_preview", args=[canvas.pk, "hook"]), asked, **HTMX)
    assert page.status_code == 200 and "can&#x27;t be made for this person" in page.content.decode()
