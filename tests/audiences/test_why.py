"""Why somebody is in a segment or isn't: every condition, answered as the segment itself would, and in words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audiences import segments, why
from audiences.models import CustomAttribute, Event, Profile, Purchase
from tests.cast import delay, launch, tick, user
from tests.factories import ProfileFactory, SegmentFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
IN_US = {"attribute": "country", "op": "is", "value": "US"}
GOLD = {"attribute": "plan", "op": "is", "value": "gold"}
VIEWED = {"event": "viewed", "op": "at_least", "value": 2, "within": "P30D"}
SPENT = {"purchase_total": "eur", "op": "gte", "value": 100}
WAITS = {"in_canvas": "Waiting"}


@pytest.fixture
def jane() -> Profile:
    CustomAttribute.objects.create(name="plan", type="text")
    who = ProfileFactory(external_id="jane", country="US", email="jane@example.com", attributes={"plan": "silver"})
    Event.objects.create(profile=who, name="viewed", time=NOW - timedelta(days=1))
    Purchase.objects.create(profile=who, product_id="A", currency="EUR", price=60, quantity=2, time=NOW)
    return who


def told(document: dict, who: Profile) -> why.Line:
    return why.told(SegmentFactory(filter=document), who, NOW)


def leaves(line: why.Line) -> dict[str, tuple]:
    if line.members:
        return {words: said for member in line.members for words, said in leaves(member).items()}
    return {line.words: (line.holds, (line.own.label, line.own.value) if line.own else None)}


def test_every_condition_is_answered_with_what_she_has_there(jane):
    launch(delay(), name="Waiting", at=NOW)
    tick(NOW)
    SegmentFactory(name="Golden", filter={"any": [GOLD]})
    city = {"attribute": "city", "op": "not_exists"}
    document = {"all": [IN_US, {"not": {"any": [{"segment": "Golden"}, VIEWED]}}, {"not": SPENT}, WAITS, city]}
    assert leaves(told(document, jane)) == {
        "Country is US": (True, ("Country", "US")),
        "plan is gold": (False, ("plan", "silver")),
        "did viewed at least 2 times within the last 30 days": (False, ("Did it", "once")),
        "not: spent at least 100 in eur": (False, ("Spent", "120.00 EUR")),
        "is in Canvas Waiting": (True, None),
        "City is not known": (True, ("City", "")),
    }


@pytest.mark.parametrize(
    ("document", "deciding"),
    [
        ({"all": [IN_US, GOLD, VIEWED]}, [GOLD, VIEWED]),
        ({"any": [IN_US, GOLD]}, [IN_US]),
        ({"not": {"any": [IN_US, GOLD]}}, [IN_US]),
        ({"not": {"all": [IN_US, {"any": [GOLD, VIEWED]}]}}, [GOLD, VIEWED]),
        ({"all": [{"any": []}, IN_US]}, [{"any": []}]),
        ({"not": {"not": GOLD}}, [GOLD]),
    ],
)
def test_what_decides_is_told_and_agrees_with_the_segment(jane, document, deciding):
    found = told(document, jane)
    assert found.holds == segments.people({"filter": document}, NOW).filter(pk=jane.pk).exists()
    assert [line.words for line in found.deciding] == [told(one, jane).words for one in deciding]


def test_it_takes_the_same_queries_however_large_the_filter(jane):
    SegmentFactory(name="Golden", filter=GOLD)

    def queries(document: dict) -> int:
        segment = SegmentFactory(filter=document)
        with CaptureQueriesContext(connection) as asked:
            why.told(segment, jane, NOW)
        return len(asked)

    few = [IN_US, VIEWED, {"not": {"segment": "Golden"}}]
    assert queries({"all": few}) == queries({"all": few * 30 + [{"any": [SPENT] * 9}]}) <= 3


class TestThePages:
    def get(self, client, role: str, segment, who: Profile) -> str:
        client.force_login(user(role))
        page = client.get(reverse("audiences:segment_person", args=[segment.pk, who.pk]))
        return " ".join(page.content.decode().split())

    def test_a_viewer_reads_masks(self, client, jane):
        mine = {"attribute": "email", "op": "is", "value": "jane@example.com"}
        segment = SegmentFactory(name="Mine", filter={"all": [mine, GOLD]})
        html = self.get(client, "Viewer", segment, jane)
        assert "J… D… is not in Mine" in html and "E-mail is •••" in html and "j…@example.com" in html
        assert "jane@" not in html and "silver" not in html
        assert "plan: silver" in self.get(client, "Marketer", segment, jane)

    def test_a_filter_that_can_not_be_used_says_so(self, client, jane):
        segment = SegmentFactory(name="Old", filter={"all": [{"segment": "Gone"}]})
        html = self.get(client, "Marketer", segment, jane)
        assert "In condition 1 of the filter: There is no segment called Gone." in html
        found = client.post(reverse("audiences:segment_find", args=[segment.pk]), {"q": "jane"})
        assert b"There is no segment called Gone." in found.content

    def test_a_person_is_looked_up_on_the_page_of_the_segment(self, client, jane, django_assert_max_num_queries):
        ProfileFactory.create_batch(9, first_name="Janet", country="FR")
        segment = SegmentFactory(filter=IN_US)
        client.force_login(user("Marketer"))
        where = reverse("audiences:segment_find", args=[segment.pk])
        with django_assert_max_num_queries(12):
            html = client.post(where, {"q": "jan"}, headers={"HX-Request": "true"}).content.decode()
        assert html.count("in it</span>") == 8 and html.count("not in it") == 7 and "There are more" in html
        assert reverse("audiences:segment_person", args=[segment.pk, jane.pk]) in html

    def test_a_viewer_can_not_guess_letter_by_letter(self, client, jane):
        segment = SegmentFactory(filter=IN_US)
        client.force_login(user("Viewer"))
        where = reverse("audiences:segment_find", args=[segment.pk])
        assert b"Nobody is found." in client.post(where, {"q": "doe"}).content
        assert "J… D…" in client.post(where, {"q": "ja"}).content.decode()

    def test_her_profile_leads_to_every_answer(self, client, jane):
        inside, outside = SegmentFactory(name="A", filter=IN_US), SegmentFactory(name="B", filter=GOLD)
        client.force_login(user("Viewer"))
        html = client.get(reverse("audiences:profile", args=[jane.pk])).content.decode()
        for segment in (inside, outside):
            assert reverse("audiences:segment_person", args=[segment.pk, jane.pk]) in html
