"""The rehearsal: what would leave for one person, shown to those who may see her data, and to nobody else."""

import hashlib

import pytest

from audiences.models import Profile
from canvas.models import Canvas
from integrations.facebook import fields, rehearsal, users
from integrations.models import SyncBatch
from integrations.partner import Person
from tests.cast import draft, facebook_step, launch, people, user
from tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
AMERICANS = {"filter": {"attribute": "country", "op": "is", "value": "US"}}


@pytest.fixture
def jane():
    return ProfileFactory(
        external_id="u-1", email=" Jane.Okafor@Example.com", phone="+1 (415) 555-0134", first_name="Jane",
        last_name="Okafor-Byrne", country="", date_of_birth="1980-01-02", zip="7",
    )  # fmt: skip


@pytest.fixture
def canvas(connection) -> Canvas:
    return draft(facebook_step(fields=["email", "phone", "country"]))


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


def asked(client, canvas, **data):
    where = f"/partners/facebook/canvases/{canvas.pk}/steps/fb/rehearsal/"
    return client.post(where, data, headers=HTMX)


def page_of(client, canvas, **data) -> str:
    return asked(client, canvas, **data).content.decode()


def text(pieces) -> list[tuple[str, str]]:
    return [(piece.text, piece.mark) for piece in pieces]


def test_each_field_raw_normalised_and_sent(jane):
    made = rehearsal.of(jane, ["country", "email", "phone", "last_name", "external_id"], None)
    email, phone, last_name, country, external_id = made.walks
    assert text(email.raw) == [(" ", "gone"), ("Jane.Okafor@Example.com", "")] and email.raw[0].seen == "·"
    wanted = [("j", "changed"), ("ane.", ""), ("o", "changed"), ("kafor@", ""), ("e", "changed"), ("xample.com", "")]
    assert text(email.cells[0].normalised) == wanted
    assert email.cells[0].sent == hashlib.sha256(b"jane.okafor@example.com").hexdigest()
    assert text(phone.cells[0].normalised) == [("14155550134", "")]
    assert [mark for _, mark in text(phone.raw)].count("gone") == 4
    assert text(last_name.raw) == [("Okafor", ""), ("-", "gone"), ("Byrne", "")]
    assert (country.raw, country.cells, country.why) == ([], [], "")
    assert external_id.cells[0].sent == "u-1" and not external_id.is_hashed
    assert (made.sent, len(made.walks)) == (4, 5)


def test_a_birthday_is_three_cells_and_what_is_useless_says_why(jane):
    born, zipped = rehearsal.of(jane, ["date_of_birth", "zip"], None).walks
    assert ["".join(piece.text for piece in cell.normalised) for cell in born.cells] == ["1980", "01", "02"]
    assert zipped.cells == [] and zipped.why == fields.USELESS["zip"]


def test_it_is_what_would_be_sent(jane):
    chosen = list(fields.FIELDS)
    person = Person.of(Profile.objects.get(pk=jane.pk), fields.columns(chosen))
    (row,) = users.rows_of([person], fields.keys(chosen))
    walks = rehearsal.of(Profile.objects.get(pk=jane.pk), chosen, None).walks
    assert {cell.sent for walk in walks for cell in walk.cells} == set(filter(None, row))


def test_a_marketer_finds_somebody_and_sees_her_row(marketer, canvas, jane):
    assert "Okafor-Byrne" in page_of(marketer, canvas, q="jane oka")
    assert "Nobody is found" in page_of(marketer, canvas, q="zzz")
    page = page_of(marketer, canvas, person=jane.pk, typed=1, fields=["email", "country"])
    assert "1 of 2 fields sent. Facebook will receive one row." in page
    assert "Nothing: an empty value is never hashed" in page and '<del class="gap" title="left out">·</del>' in page
    assert "would not be sent" in page_of(marketer, canvas, person=jane.pk, typed=1, fields=["country"])
    assert "Tick a field" in page_of(marketer, canvas, person=jane.pk, typed=1)
    assert "2 of 3 fields sent" in page_of(marketer, canvas, person=jane.pk)
    assert "Not in the target audience" not in page_of(marketer, canvas, person=jane.pk)
    assert SyncBatch.objects.count() == 0


def test_another_person_is_one_of_the_target_audience(marketer, connection, jane):
    people(2, country="DE"), people(1, country="US")
    canvas = draft(facebook_step(), audience=AMERICANS)
    for _ in range(5):
        assert "p3@example.com" in page_of(marketer, canvas, another=1, person=jane.pk)
    assert "Not in the target audience now" in page_of(marketer, canvas, person=jane.pk)
    assert "Nobody is in the target audience" in page_of(
        marketer, draft(facebook_step(), name="B", audience=None), another=1
    )


def test_it_works_on_what_is_live(marketer, connection, now, jane):
    assert "1 of 1 field sent" in page_of(marketer, launch(facebook_step(), at=now), person=jane.pk)


def test_who_may_not_see_personal_data_sees_why_and_nothing_else(client, canvas, jane):
    client.force_login(user("Viewer"))
    assert asked(client, canvas, person=jane.pk).status_code == 403
    page = client.get(f"/canvases/{canvas.pk}/steps/fb/").content.decode()
    assert "Your role doesn’t include that" in page and "rehearse-q" not in page


def test_what_is_not_a_facebook_step_has_none(marketer, canvas):
    where = f"/partners/facebook/canvases/{canvas.pk}/steps/nope/rehearsal/"
    assert marketer.post(where, headers=HTMX).status_code == 404
    assert marketer.get(where).status_code == 405
    there = marketer.post(where.replace("nope", "fb"))
    assert (there.status_code, there.url) == (302, f"/canvases/{canvas.pk}/steps/fb/")


def test_odd_questions_are_no_error(marketer, canvas):
    for odd in ({"person": "x"}, {"person": "9" * 30}, {"q": "\x00"}, {"fields": ["nope"], "typed": 1}, {}):
        assert asked(marketer, canvas, **odd).status_code == 200


def test_what_is_ticked_before_anybody_is_chosen_asks_for_nobody(marketer, canvas):
    where = f"/partners/facebook/canvases/{canvas.pk}/steps/fb/rehearsal/"
    answer = marketer.post(where, {"retyped": 1, "typed": 1, "fields": ["email"]}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
