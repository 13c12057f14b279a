"""Texts with places: what can be read, what is refused, and that nobody can make reading take long."""

import pytest

from integrations import filling
from integrations.filling import Place

PLACES = [
    ("{{ first_name }}", Place("first_name")),
    ("{{loyalty tier}}", Place("loyalty tier")),
    ('{{ first_name|default:"there" }}', Place("first_name", "there")),
    ("{{\n first_name | default : 'my \"friend\"' }}", Place("first_name", 'my "friend"')),
    ("{{ first_name|default:“there” }}", Place("first_name", "there")),
    ('{{ first_name|default:"a|b" }}', Place("first_name", "a|b")),
]


@pytest.mark.parametrize(("text", "place"), PLACES)
def test_a_place(text, place):
    assert filling.parse(f"a{text}b") == ["a", place, "b"]


@pytest.mark.parametrize(
    "text", ["{{ }}", "{{ a|upper }}", "{{ a|default:b }}", "{{ a| }}", "{{ {{ a }} }}", "{{ a", "a }}", "{{ a } b }}"]
)
def test_what_is_none(text):
    with pytest.raises(filling.Unreadable):
        filling.parse(text)


@pytest.mark.parametrize("text", [f"{{{{ a{' ' * 40_000}|x }}}}", f"{{{{ a{' ' * 200} }}}}"])
def test_a_long_one_is_refused_before_it_is_read(text):
    with pytest.raises(filling.Unreadable, match="is too long; 200 characters at most"):
        filling.parse(text)


def test_what_a_trigger_brings_is_written_as_people_and_programs_write_it():
    found = {"order": {"sku": "ü", "paid": True}, "all": [{"n": 1}, 2.0, None]}
    assert filling.written(found["order"]) == '{"sku": "ü", "paid": true}'
    assert filling.written(found["all"]) == '{"n": 1}, 2, '
