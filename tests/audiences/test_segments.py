"""Who an audience means."""

from datetime import UTC, datetime

import pytest

from audiences import segments
from audiences.filters import FilterRefused
from tests.factories import ProfileFactory, SegmentFactory

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GERMANS = {"attribute": "country", "op": "is", "value": "de"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(db):
    ProfileFactory(external_id="jane", country="DE")
    ProfileFactory(external_id="joe", country="US")
    SegmentFactory(name="Germans", filter=GERMANS)


def ids(audience: dict) -> list[str]:
    return list(segments.people(audience, NOW).values_list("external_id", flat=True))


def paths(audience) -> list[str]:
    return [fault.path for fault in segments.check_audience(audience)]


def test_a_segment_and_its_filter_mean_the_same_people():
    assert ids({"segment": "Germans"}) == ids({"filter": GERMANS}) == ["jane"]


def test_counting_takes_one_query_beside_the_look_at_the_segment(django_assert_num_queries):
    with django_assert_num_queries(2):
        assert segments.count({"segment": "Germans"}, NOW) == 1
    with django_assert_num_queries(1):
        assert segments.count({"filter": {"all": []}}, NOW) == 2


def test_a_good_audience_has_no_faults():
    assert paths({"segment": "Germans"}) == paths({"filter": {"not": GERMANS}}) == []


@pytest.mark.parametrize(
    ("audience", "where"),
    [
        (None, ["audience"]),
        ({}, ["audience"]),
        ({"all": []}, ["audience.all"]),
        ({"segment": "Germans", "filter": {}}, ["audience.segment", "audience.filter"]),
        ({"segment": "Nobody"}, ["audience.segment"]),
        ({"filter": {"all": [1]}}, ["audience.filter.all[0]"]),
    ],
)
def test_a_wrong_audience_is_refused_by_path_and_finds_nobody(audience, where):
    assert paths(audience) == where
    with pytest.raises(FilterRefused) as refused:
        segments.people(audience, NOW)
    assert [fault.path for fault in refused.value.faults] == where
