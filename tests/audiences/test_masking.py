"""What is left of personal data for those who may not see it."""

import pytest

from audiences.masking import mask, shown
from tests.cast import user


@pytest.mark.parametrize(
    ("kind", "value", "left"),
    [
        ("email", "jane.okafor@example.com", "j…@example.com"),
        ("email", "not an address", "n…"),
        ("phone", "+1 (415) 555-0134", "…34"),
        ("phone", "0134", "•••"),
        ("first_name", "Jane", "J…"),
        ("name", "Jane Okafor-Byrne", "J… O…"),
        ("external_id", "cust_48213", "cust_48213"),
        ("external_id", "jane@example.com", "j…@example.com"),
        ("date_of_birth", "11 April 1988", "•••"),
        ("zip", "94110", "•••"),
        ("text", "trail running", "•••"),
        ("number", 5, "5"),
        ("country", "US", "US"),
        ("a kind that nobody named", "x", "•••"),
        ("email", "", ""),
        ("email", None, ""),
    ],
)
def test_enough_is_left_to_recognise_and_too_little_to_use(kind, value, left):
    assert mask(value, kind) == left


@pytest.mark.django_db
def test_the_role_decides():
    assert shown(user("Viewer"), "jane@example.com", "email") == "j…@example.com"
    assert shown(user("Marketer"), "jane@example.com", "email") == "jane@example.com"
