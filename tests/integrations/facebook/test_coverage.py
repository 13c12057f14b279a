"""Coverage counts what can be matched, as it would be sent: of everybody, or of a fair part of many."""

from collections import Counter

import pytest

from audiences.models import Profile
from canvas.document import draft_of
from canvas.launch import problems
from canvas.views.review import estimates
from integrations.facebook import counted, coverage
from integrations.facebook.coverage import some_of
from integrations.facebook.fields import FIELDS, USELESS
from integrations.facebook.match_fields import normalise
from tests.cast import draft, facebook_step, people, user
from tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db
EVERYBODY = {"filter": {"all": []}}


def everybody():
    return Profile.objects.all()


def test_what_can_not_be_matched_does_not_count(django_assert_num_queries):
    people(3), people(2, email="", phone="+44 20 7946 0958"), people(1, email="none", phone="12", country="Narnia")
    with django_assert_num_queries(3):
        found = coverage.of(everybody())
    assert (found.people, found.read, found.is_about) == (6, 6, False)
    assert [found.having(name) for name in ("email", "phone", "external_id", "country", "gender")] == [3, 2, 6, 0, 0]
    assert [found.unusable(name) for name in ("email", "phone", "country", "external_id")] == [1, 1, 1, 0]
    assert (found.having("email", "phone"), found.having()) == (5, 0)


def test_it_says_the_same_as_the_reference():
    ProfileFactory(date_of_birth="1899-12-31", zip="7", gender="x", first_name="1", state="...", city="東京")
    ProfileFactory(date_of_birth="1980-01-02", zip="94025-1", gender="f", mobile_advertiser_id="0", last_name="")
    found = coverage.of(everybody())
    for name, (keys, column) in FIELDS.items():
        rows = [(str(getattr(one, column) or ""), one.country) for one in everybody()]
        usable = [bool(normalise(keys[0], raw, country)) for raw, country in rows]
        assert found.having(name) == sum(usable), name
        assert found.unusable(name) == sum(bool(raw) for raw, _ in rows) - sum(usable), name
    assert USELESS.keys() == FIELDS.keys()


def test_a_segment_s_page_is_told_by_what_its_people_can_be_matched():
    people(3), people(1, email="none", phone="+44 20 7946 0958")
    reach = coverage.reach(everybody())
    assert (reach.partner, reach.read, reach.is_about) == ("Facebook", 4, False)
    email, phone = reach.rows[:2]
    assert (email.label, email.people, email.share, email.unusable) == ("E-mail", 3, 75, 1)
    assert (phone.label, phone.people, phone.share, phone.unusable) == ("Phone", 1, 25, 0)


def test_nobody():
    found = coverage.of(everybody())
    assert (found.people, found.having("email"), found.unusable("email"), found.is_about) == (0, 0, 0, False)


@pytest.fixture
def few(monkeypatch):
    """As if a hundred people were many."""
    monkeypatch.setattr(coverage, "FEW", 100)


def test_of_many_a_part_is_read_and_stands_for_all(few):
    people(600), people(400, email="no address", phone="+442079460958")
    found = coverage.of(everybody())
    assert found.is_about and found.people == 1000 and 90 <= found.read <= 110
    assert 570 <= found.having("email") <= 630 and 370 <= found.unusable("email") <= 430
    assert found.having("external_id") == 1000
    assert coverage.of(everybody()) == found


@pytest.mark.parametrize("step", [1, 2, 7, 1000, 65536])
def test_the_part_is_fair_whatever_rhythm_the_ids_have(few, step):
    first = 10**6
    rows = (
        Profile(pk=first + step * n, external_id=str(n), phone="+442079460958" if n % 2 else "") for n in range(1000)
    )
    Profile.objects.bulk_create(rows)
    read = some_of(everybody(), 1000).values_list("phone", flat=True)
    halves = Counter(map(bool, read))
    assert 90 <= len(read) <= 110
    assert abs(halves[True] - halves[False]) <= 10


def test_review_estimates_by_the_same_truth(connection, now):
    people(3), people(2, email="nothing")
    canvas = draft(facebook_step(fields=["email"]))
    rows = {words: count for words, count, _ in estimates(draft_of(canvas, now))}
    assert rows == {"in the target audience": 5, "with a field that can be matched for “Win back”": 3}


def test_what_was_counted_is_carried_by_the_page(now):
    people(3), people(1, email="", phone="1")
    found = coverage.of(everybody())
    text = counted.written(found, EVERYBODY, now)
    assert counted.read(text, EVERYBODY, now + counted.LASTS / 2) == (found, now)
    assert "example" not in text and "@" not in text


def test_it_is_not_believed_for_long_nor_for_others_nor_if_forged(now):
    people(1)
    text = counted.written(coverage.of(everybody()), EVERYBODY, now)
    assert counted.read(text, EVERYBODY, now + counted.LASTS) is None
    assert counted.read(text, {"segment": "Lapsed"}, now) is None
    assert counted.read(text[:-1] + "x", EVERYBODY, now) is None
    assert counted.read("", EVERYBODY, now) is None


def test_a_tick_does_not_read_the_people_again(connection, client, now):
    client.force_login(user("Marketer"))
    people(3)
    canvas = draft(facebook_step(fields=["email"]))
    page = client.get(f"/canvases/{canvas.pk}/steps/fb/").content.decode()
    carried = page.partition('name="counted" value="')[2].partition('"')[0]
    people(5)
    where = f"/canvases/{canvas.pk}/steps/fb/preview/"
    ticked = client.post(where, {"edition": 1, "fields": ["email"], "counted": carried}).content.decode()
    again = client.post(where, {"edition": 1, "fields": ["email"]}).content.decode()
    assert "3 people</b> would be sent" in ticked and "8 people</b> would be sent" in again
    assert problems(draft_of(canvas, now)) == []
