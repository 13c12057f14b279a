"""Which segments Canvases name, wherever a Canvas may name one."""

import pytest

from audiences import segment_uses
from canvas.models import Version
from tests.cast import draft, facebook_step, split

pytestmark = pytest.mark.django_db


def users(name: str) -> list[str]:
    return [use.name for use in segment_uses.of(name)]


def test_an_audience_and_a_split_name_segments():
    draft(name="By audience", audience={"segment": "Lapsed"})
    draft(facebook_step(), name="By filter", audience={"filter": {"any": [{"not": {"segment": "Lapsed"}}]}})
    draft(split({"all": [{"segment": "Lapsed"}, {"segment": "Lapsed"}]}), name="By split")
    draft(name="Another's", audience={"segment": "Loyal"})
    assert users("Lapsed") == ["By audience", "By filter", "By split"]


def test_the_live_version_counts_as_well_as_the_draft(now):
    canvas = draft(name="Live", audience={"segment": "Lapsed"})
    canvas.live_version = Version.objects.create(canvas=canvas, number=1, document=canvas.document, published_at=now)
    canvas.document = canvas.document | {"audience": {"segment": "Loyal"}}
    canvas.save()
    assert users("Lapsed") == users("Loyal") == ["Live"]


def test_an_attribute_that_is_called_segment_is_none():
    update = {"key": "set", "type": "user_update", "settings": {"set": {"segment": "Lapsed"}}, "next": {}}
    draft(update, name="Setter")
    assert users("Lapsed") == []


def test_however_many_names_are_asked_for_at_once(django_assert_num_queries):
    draft(name="One", audience={"segment": "Lapsed"})
    with django_assert_num_queries(2):
        assert [len(found) for found in segment_uses.uses(["Lapsed", "Loyal"]).values()] == [1, 0]
