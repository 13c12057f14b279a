"""The segments that one person is in."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audiences import membership
from audiences.models import CustomAttribute, Profile, Segment
from tests.factories import ProfileFactory, SegmentFactory

pytestmark = pytest.mark.django_db
IN_US = {"attribute": "country", "op": "is", "value": "US"}


def names(found: membership.Membership) -> tuple:
    return (*([one.name for one in some] for some in found[:3]), found.left_out)


def test_only_segments_that_hold_the_person_are_named(now):
    jane = ProfileFactory(country="US")
    SegmentFactory(name="American", filter=IN_US)
    SegmentFactory(name="Elsewhere", filter={"not": IN_US})
    SegmentFactory(name="Nested", filter={"all": [{"segment": "American"}, {"not": {"segment": "Elsewhere"}}]})
    assert names(membership.of(jane, now)) == (["American", "Nested"], ["Elsewhere"], [], 0)


def test_a_segment_that_cannot_be_used_is_named_and_hurts_no_other(now):
    jane = ProfileFactory()
    SegmentFactory(name="All")
    SegmentFactory(name="Circle", filter={"segment": "Circle"})
    SegmentFactory(name="Old", filter={"attribute": "gone", "op": "exists"})
    SegmentFactory(name="Lost", filter={"any": [{"segment": "Nowhere"}]})
    assert names(membership.of(jane, now)) == (["All"], [], ["Circle", "Lost", "Old"], 0)


def test_it_takes_the_same_queries_for_any_number(now):
    jane = ProfileFactory(attributes={"plan": "gold"})
    CustomAttribute.objects.create(name="plan", type="text")

    def queries(segments: int) -> int:
        for _ in range(segments):
            nested = {"segment": "S0"} if Segment.objects.exists() else {"all": []}
            gold = {"attribute": "plan", "op": "is", "value": "gold"}
            SegmentFactory(name=f"S{Segment.objects.count()}", filter={"all": [gold, nested]})
        with CaptureQueriesContext(connection) as asked:
            found = membership.of(jane, now)
        assert len(found.inside) == Segment.objects.count()
        return len(asked)

    assert queries(1) == queries(40) <= 3


def test_beyond_a_hundred_it_says_so(now):
    Segment.objects.bulk_create([Segment(name=f"S{n:03}", filter={"all": []}) for n in range(103)])
    found = membership.of(ProfileFactory(), now)
    assert (len(found.inside), found.left_out) == (100, 3)


def test_who_is_gone_is_in_none(now):
    SegmentFactory()
    assert membership.of(Profile(pk=0), now).inside == []
