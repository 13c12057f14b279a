"""The filter condition {"synced_to": ...}."""

import pytest

from audiences import filters
from audiences.models import Profile
from tests.cast import facebook_step, launch, people, tick

pytestmark = pytest.mark.django_db


def found(document: dict, now) -> set[int]:
    return set(Profile.objects.filter(filters.condition(document, now)).values_list("pk", flat=True))


def test_who_was_taken_into_the_custom_audience(now, connection, django_assert_num_queries):
    [jane] = people(1)
    people(1, email="", phone="")
    launch(facebook_step(audience_name="VIP", fields=["email"]), name="A", at=now)
    synced = {"synced_to": "VIP"}
    assert found(synced, now) == set()
    tick(now)
    people(1)
    with django_assert_num_queries(2):
        assert found({"any": [synced, synced]}, now) == {jane.pk}
    assert len(found({"not": synced}, now)) == 2


def test_a_custom_audience_that_is_not_there_is_refused(now, connection):
    [fault] = filters.check({"all": [{"synced_to": "VIP"}]})
    assert (fault.path, fault.message) == ("filter.all[0].synced_to", "There is no custom audience called VIP.")
