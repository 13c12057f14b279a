"""How many people segments mean, many at once."""

from datetime import UTC, datetime

import pytest
from django.db.models import Q

from audiences import counting, coverage
from audiences.counting import Number
from audiences.models import Profile, Segment
from tests.factories import ProfileFactory, SegmentFactory

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def exactly(*numbers: int) -> list[Number]:
    return [Number(number) for number in numbers]


def test_every_segment_is_counted_as_if_alone(django_assert_num_queries):
    ProfileFactory(country="DE")
    ProfileFactory(country="US")
    germans = SegmentFactory(name="Germans", filter={"attribute": "country", "op": "is", "value": "de"})
    others = SegmentFactory(filter={"not": {"segment": "Germans"}})
    everybody, lost = SegmentFactory(), SegmentFactory(filter={"segment": "Gone"})
    with django_assert_num_queries(4):
        counted = coverage.counts(Segment.objects.all(), NOW)
    one, two = exactly(1, 2)
    assert counted == {germans.pk: one, others.pk: one, everybody.pk: two, lost.pk: None}


def test_huge_filters_are_counted_in_parcels():
    ProfileFactory(country="DE")
    many = {"attribute": "country", "op": "is_any_of", "value": ["de", *map(str, range(4990))]}
    widest = {"all": [{"attribute": "country", "op": "is", "value": "de"}] * 199}
    for document in (many, widest, many):
        SegmentFactory(filter=document)
    assert list(coverage.counts(Segment.objects.all(), NOW).values()) == exactly(1, 1, 1)


@pytest.fixture
def many(monkeypatch):
    """As if a thousand people were millions: six hundred Germans, three of them in Hamburg."""
    monkeypatch.setattr(counting, "EXACT", 100)
    monkeypatch.setattr(counting, "SAMPLE", 200)
    rows = (Profile(external_id=str(n), country="DE" if n % 5 < 3 else "US") for n in range(1000))
    Profile.objects.bulk_create(rows)
    Profile.objects.filter(external_id__in=["0", "1", "500"]).update(city="Hamburg")


HAMBURG, GERMANY = Q(city="Hamburg"), Q(country="DE")


def test_many_are_estimated_and_few_counted_to_the_last_one(many, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        found = counting.count(Profile.objects.filter(GERMANY))
    assert found.is_about and 540 <= found.people <= 660
    assert counting.count(Profile.objects.filter(GERMANY)) == found
    assert counting.count(Profile.objects.filter(HAMBURG)) == Number(3)
    with django_assert_max_num_queries(3):
        assert counting.counts({"few": HAMBURG, "many": GERMANY}) == {"few": Number(3), "many": found}


def test_whoever_may_be_a_hundred_is_counted(many):
    """An estimate that is near the limit is none: 101 of these are no more than it says."""
    few = Profile.objects.filter(pk__in=list(Profile.objects.values_list("pk", flat=True)[:101]))
    assert counting.count(few) == Number(101)


def test_up_to_the_limit_nothing_is_estimated(many, monkeypatch):
    monkeypatch.setattr(counting, "EXACT", 1000)
    assert counting.count(Profile.objects.filter(GERMANY)) == Number(600)
    assert counting.counts({"a": GERMANY}) == {"a": Number(600)}


def test_an_estimate_has_three_figures():
    assert [counting.rounded(n) for n in (7, 123, 4567, 123_456)] == [7, 123, 4570, 123_000]
