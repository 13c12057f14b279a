"""Entry and Audience: what will happen, in words, and what is wrong, beside its field and while it is filled in."""

import pytest

from tests.cast import delay, draft, people, user
from tests.factories import SegmentFactory
from tests.html_forms import posted

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


class TestWhatTheyDo:
    """The conditions on the properties of the event that lets people in."""

    WHERE = [
        {"property": "price", "op": "gte", "value": 50},
        {"property": "sku", "op": "is_any_of", "value": ["a", "b"]},
    ]
    BOUGHT = {"type": "action", "event": "bought", "where": WHERE}

    def fields(self, client, canvas) -> dict:
        return posted(client.get(f"/canvases/{canvas.pk}/entry/").content.decode()).dict()

    def save(self, client, canvas, **changed) -> str:
        fields = self.fields(client, canvas) | {"at": "action"} | changed
        html = client.post(f"/canvases/{canvas.pk}/entry/", fields, headers=HTMX).content.decode()
        canvas.refresh_from_db()
        return html

    def test_they_are_shown_and_changed_to_the_letter(self, marketer):
        canvas = draft(delay(), entry=self.BOUGHT)
        self.save(marketer, canvas, until="2027-03-01T09:00")
        assert canvas.document["entry"]["where"] == self.WHERE
        blank = {"entry.where.1.property": "", "entry.where.1.value": ""}
        self.save(marketer, canvas, **{"entry.where.0.value": "60.5"} | blank)
        assert canvas.document["entry"]["where"] == [self.WHERE[0] | {"value": 60.5}]

    def test_one_is_added_fitted_and_removed_and_nothing_is_saved_before_it_is_whole(self, marketer):
        canvas = draft(delay(), entry={"type": "action", "event": "bought"})
        where = f"/canvases/{canvas.pk}/entry/where/"
        html = marketer.post(f"{where}?action=property", self.fields(marketer, canvas)).content.decode()
        chosen = {"property": "price", "type": "number", "value": "9"}
        rows = posted(html).dict() | {f"entry.where.0.{name}": text for name, text in chosen.items()}
        rows = posted(marketer.post(f"{where}?action=fields", rows).content.decode()).dict()
        assert [rows[f"entry.where.0.{name}"] for name in ("type", "kind", "value")] == ["number", "number", "9"]
        html = self.save(marketer, canvas, **rows | {"entry.where.0.op": "gt", "entry.where.0.value": ""})
        assert "Write a number" in html.partition('id="entry-faults"')[2].partition("</ul>")[0]
        assert canvas.document["entry"] == {"type": "action", "event": "bought"}
        self.save(marketer, canvas, **rows)
        assert canvas.document["entry"]["where"] == [{"property": "price", "op": "is", "value": 9}]
        html = marketer.post(f"{where}?action=drop&at=where.0", rows).content.decode()
        assert not posted(html) and marketer.post(f"{where}?action=drop&at=x", rows).status_code == 400

    def test_what_the_fields_can_not_show_is_told_and_stays(self, marketer, client):
        gift = {"property": "gift", "op": "is_any_of", "value": [True, False]}
        canvas = draft(delay(), entry=self.BOUGHT | {"where": [gift]})
        assert "It can’t be changed here and stays." in self.save(marketer, canvas, until="2027-03-01T09:00")
        assert canvas.document["entry"]["where"] == [gift] and canvas.document["entry"]["until"]
        client.force_login(user("Viewer"))
        assert "Only where •••." in page(client, canvas, "entry")
