"""Entry and Audience: what will happen, in words, and what is wrong, beside its field and while it is filled in."""

import pytest

from tests.cast import delay, draft, people, user
from tests.factories import SegmentFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
FRENCH = {"filter": {"all": [{"attribute": "country", "op": "is", "value": "FR"}]}}


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


def page(client, canvas, section: str) -> str:
    return " ".join(client.get(f"/canvases/{canvas.pk}/{section}/").content.decode().split())


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (None, "When do people enter?"),
        ({"type": "scheduled", "at": "launch"}, "People enter when you launch"),
        ({"type": "scheduled", "at": "2027-03-01T09:00:00Z"}, "People enter on 1 Mar 2027, 09:00"),
    ],
)
def test_the_heading_of_entry_says_when(marketer, entry, words):
    again = {"allowed": True, "after": "P1D"}
    assert f">{words}</h2>" in page(marketer, draft(delay(), entry=entry), "entry")
    assert "Again after 1 day. Times are in UTC." in page(marketer, draft(name="B", reentry=again), "entry")


def test_what_can_not_be_saved_yet_says_so_beside_its_field_as_it_is_filled_in(marketer):
    canvas = draft(delay())
    assert "#id_time_errors" in page(marketer, canvas, "entry"), "htmx takes the errors of each field from the answer"
    wrong = {"at": "time", "time": "", "again": "yes", "span": "5000", "unit": "days", "edition": 1}
    answer = marketer.post(f"/canvases/{canvas.pk}/entry/", wrong, headers=HTMX).content.decode()
    for field, words in (("time", "Choose a date and time"), ("span", "less than or equal to 3660")):
        assert words in answer.split(f'id="id_{field}_errors"')[1].split("</div>")[0]
    canvas.refresh_from_db()
    assert canvas.edition == 1


def test_the_heading_of_audience_says_how_many(marketer):
    assert "Who may enter?" in page(marketer, draft(audience=None), "audience")
    people(1)
    french = draft(name="B", audience=FRENCH)
    assert "Nobody is in it now" in page(marketer, french, "audience")
    people(1, country="FR")
    assert "1 person may enter" in page(marketer, french, "audience")


def test_from_the_audience_a_way_leads_to_a_new_segment(marketer, client):
    canvas = draft(audience=None)
    words = page(marketer, canvas, "audience")
    assert "There is no segment yet." in words and 'href="/audience/segments/new/"' in words
    SegmentFactory(name="Lapsed")
    assert "There is no segment yet." not in page(marketer, canvas, "audience")
    client.force_login(user("Viewer"))
    assert "/audience/segments/new/" not in page(client, canvas, "audience")
