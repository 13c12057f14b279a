"""What marketers see of a Message step: checks, editor, preview, what became of people, and what they can do."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from audiences.models import Profile
from canvas import engine, journal
from canvas.document import draft_of
from canvas.launch import problems
from integrations.models import Dispatch, Outlet
from tests.cast import draft, fate, launch, message, people, tick, user
from tests.integrations.mail.test_message import audited

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
HTMX = {"HTTP_HX_REQUEST": "true"}


def found(canvas, now) -> list[tuple]:
    return [(one.id, one.field) for one in problems(draft_of(canvas, now)) if one.step]


WRONG = [
    ({"subject": "", "body": " "}, [("canvas.E004", "subject"), ("canvas.E004", "body")]),
    ({"subject": "{{ first_nam }}"}, [("message.E001", "subject")]),
    ({"body": "{{ nobody_knows }} {{ nor_this }}"}, [("message.E001", "body"), ("message.E001", "body")]),
    ({"body": "{{ first_name|upper }}"}, [("message.E001", "body")]),
    ({"body": "{{ profile.__class__ }}"}, [("message.E001", "body")]),
    ({"body": "{% include 'x' %}"}, [("message.E001", "body")]),
    ({"body": "{{ first_name"}, [("message.E001", "body")]),
    ({"body": "{{ trigger.anything }} {{ first_name|default:“you” }} {{ city|default:'x' }}"}, []),
]


@pytest.mark.parametrize(("settings", "told"), WRONG)
def test_what_can_not_be_filled_in_stops_the_launch_and_names_the_field(settings, told, now):
    people(1)
    assert found(draft(message(**settings)), now) == told


def test_an_installation_that_can_not_send_stops_the_launch(now, settings):
    people(1, email="")
    settings.PUBLIC_URL, settings.DEFAULT_FROM_EMAIL = "", "x@localhost"
    canvas = draft(message(then="two"), message("two"))
    assert found(canvas, now) == [("message.E002", None), ("message.W002", None), ("message.W001", None)]
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert ("message.E003", None) in found(canvas, now)


def test_the_editor_keeps_what_was_written_and_says_what_is_wrong(client):
    canvas = draft(message())
    client.force_login(user("Marketer"))
    at = reverse("canvas:step", args=[canvas.pk, "mail"])
    sent = {"edition": 1, "subject": "Hi {{ first_nam }}", "body": "One\r\n\r\nTwo "}
    assert client.post(at, sent).status_code == 302
    canvas.refresh_from_db()
    kept = {"channel": "email", "subject": "Hi {{ first_nam }}", "body": "One\n\nTwo "}
    assert canvas.document["steps"][0]["settings"] == kept
    page = client.get(at).content.decode()
    assert "Nobody has an attribute first_nam. Did you mean first_name?" in page and "Hi {{ first_nam }}" in page


def test_a_new_step_of_this_type_can_be_chosen_and_opened(client):
    canvas = draft({"key": "mail", "type": "message", "settings": {}, "next": {}})
    client.force_login(user("Viewer"))
    assert client.get(reverse("canvas:step", args=[canvas.pk, "mail"])).status_code == 200


def test_the_preview_shows_one_persons_letter_with_the_texts_of_the_form(client):
    ann, bob = people(1, first_name="Ann")[0], people(1, email="", first_name="Bob")[0]
    canvas = draft(message())
    client.force_login(user("Marketer"))
    at = reverse("integrations:mail_preview", args=[canvas.pk, "mail"])
    assert "Ann" in client.post(at, {"q": "Ann"}, **HTMX).content.decode()
    page = client.post(at, {"person": ann.pk}, **HTMX).content.decode()
    assert "Hello Ann" in page and "would be written to" in page and "unsubscribe/preview/" in page
    typed = {"person": bob.pk, "typed": "1", "subject": "Dear {{ first_name }}", "body": "x"}
    page = client.post(at, typed, **HTMX).content.decode()
    assert "Dear Bob" in page and "No e-mail is known. This person would not be written to." in page
    broken = client.post(at, typed | {"body": "{{"}, **HTMX).content.decode()
    assert "without their other half" in broken
    assert not mail.outbox


def numbers_page(client, canvas) -> str:
    client.force_login(user("Marketer"))
    return client.get(reverse("canvas:step_analytics", args=[canvas.pk, "mail"])).content.decode()


def test_the_page_of_the_step_adds_up_and_says_why(client, sink, now):
    people(3), people(1, email="")
    sink.refused, sink.later = {"p0@example.com"}, {"p1@example.com"}
    canvas = launch(message(), at=now)
    tick(now)
    page = numbers_page(client, canvas)
    for words in ("No e-mail", "Unsubscribed", "The mail server refused the address. (550 5.1.1)", "put it off"):
        assert words in page
    assert client.get(reverse("canvas:analytics", args=[canvas.pk])).status_code == 200
    assert client.get(reverse("home")).status_code == 200
    listed = reverse("canvas:step_people", args=[canvas.pk, "mail"])
    refused = "The mail server refused the address. (550 5.1.1)"
    said = client.post(listed, {"cause": refused}, **HTMX).content.decode()
    assert f'name="cause" value="{refused}"' in page and "Only those whom this keeps out" in said
    assert [name for name in ("p0", "p1", "p2", "p3") if f">{name}<" in said] == ["p0"]
    for status, who in (("sent", "p2"), ("failed", "p0"), ("pending", "p1"), ("no_email", "p3"), ("unsubscribed", "")):
        said = client.post(listed, {"status": status}, **HTMX).content.decode()
        assert [name for name in ("p0", "p1", "p2", "p3") if f">{name}<" in said] == ([who] if who else [])


def test_people_are_listed_page_by_page(now):
    people(7), people(1, email="")
    canvas = launch(message(), at=now)
    tick(now)
    step = canvas_step(canvas, now)
    seen, after = [], ""
    while True:
        page = step.type.people(step, "", after, 3)
        seen += [person.external_id for person in page.people]
        if not (after := page.next):
            break
    assert seen == [f"p{n}" for n in range(8)]
    with pytest.raises(ValueError, match="next"):
        step.type.people(step, "", "nonsense", 3)


def canvas_step(canvas, now):
    draft = draft_of(canvas, now)
    return draft.document.with_rows({row.key: row for row in canvas.steps.all()}).by_key["mail"]


def test_who_waits_is_tried_now_or_called_back_and_who_failed_sent_again(client, sink, now):
    people(3)
    sink.refused, sink.later = {"p0@example.com"}, {"p1@example.com", "p2@example.com"}
    canvas = launch(message(), at=now)
    tick(now)
    step = canvas.steps.get()
    client.force_login(user("Marketer"))
    sink.refused, sink.later = set(), {"p2@example.com"}
    client.post(reverse("integrations:retry_outgoing", args=[step.pk]), {"again": "on"})
    Dispatch.objects.filter(state="waiting").update(next_attempt_at=now)
    tick(now)
    assert fate(canvas, "mail") == {"sent": 2, "pending": 1}
    answer = client.post(reverse("integrations:cancel_outgoing", args=[step.pk]), follow=True)
    assert "Withdrawn: 1 person." in answer.content.decode()
    assert fate(canvas, "mail") == {"sent": 2, "withdrawn": 1}
    audited()


def test_retry_now_lifts_what_holds_the_step_back(client, sink, now):
    people(2)
    sink.down = True
    canvas = launch(message(), at=now)
    tick(now)
    sink.down = False
    client.force_login(user("Marketer"))
    client.post(reverse("integrations:retry_outgoing", args=[canvas.steps.get().pk]))
    later = Outlet.objects.get().held_until
    tick(max(later, Dispatch.objects.order_by("-next_attempt_at")[0].next_attempt_at))
    assert fate(canvas, "mail") == {"sent": 2}


def test_a_stopped_canvas_tells_who_is_still_written_to_and_offers_to_call_them_back(client, now):
    people(2)
    canvas = launch(message(), at=now)
    engine.work(now), engine.work(now)
    client.force_login(user("Marketer"))
    client.post(reverse("canvas:stop", args=[canvas.pk]))
    page = client.get(reverse("canvas:analytics", args=[canvas.pk])).content.decode()
    assert "2 people" in page and reverse("integrations:cancel_outgoing", args=[canvas.steps.get().pk]) in page


def test_whom_exit_criteria_let_out_at_the_step_is_withdrawn(now):
    people(3)
    french = {"attribute": "country", "op": "is", "value": "FR"}
    canvas = launch(message(), at=now, exit={"filter": french})
    assert engine.one_chunk(canvas.pk, now)["people_entered"] == 3
    Profile.objects.filter(external_id="p0").update(country="FR")
    tick(now)
    assert fate(canvas, "mail") == {"sent": 2, "withdrawn": 1}
    audited()
    journal.fold(canvas.pk)
    assert fate(canvas, "mail") == {"sent": 2, "withdrawn": 1}


def test_the_profile_page_says_what_she_was_sent(client, now):
    person = people(1)[0]
    launch(message(), at=now)
    tick(now)
    client.force_login(user("Viewer"))
    page = client.get(reverse("audiences:profile", args=[person.pk])).content.decode()
    assert "Messages and requests" in page and "Message steps may write to this person" in page
