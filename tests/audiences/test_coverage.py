"""How many people segments mean, many at once."""

from datetime import UTC, datetime

import pytest

from audiences import coverage
from audiences.models import Segment
from tests.factories import ProfileFactory, SegmentFactory

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_every_segment_is_counted_as_if_alone(django_assert_num_queries):
    ProfileFactory(country="DE")
    ProfileFactory(country="US")
    germans = SegmentFactory(name="Germans", filter={"attribute": "country", "op": "is", "value": "de"})
    others = SegmentFactory(filter={"not": {"segment": "Germans"}})
    everybody, lost = SegmentFactory(), SegmentFactory(filter={"segment": "Gone"})
    with django_assert_num_queries(3):
        counted = coverage.counts(Segment.objects.all(), NOW)
    assert counted == {germans.pk: 1, others.pk: 1, everybody.pk: 2, lost.pk: None}


def test_huge_filters_are_counted_in_parcels():
    ProfileFactory(country="DE")
    many = {"attribute": "country", "op": "is_any_of", "value": ["de", *map(str, range(4990))]}
    widest = {"all": [{"attribute": "country", "op": "is", "value": "de"}] * 199}
    for document in (many, widest, many):
        SegmentFactory(filter=document)
    assert list(coverage.counts(Segment.objects.all(), NOW).values()) == [1, 1, 1]


def test_nobody_has_no_share():
    assert coverage.Coverage(0, 0, 0).email_share == 0
    assert coverage.Coverage(3, 1, 3).email_share == 33.3
