"""What changed between two documents, as the second editor reads it."""

import pytest

from audiences.filter_sentences import teller
from canvas import editing, moving
from canvas.differences import Difference, differences
from tests.cast import delay, document, facebook_step, split

pytestmark = pytest.mark.django_db
JANE = {"attribute": "email", "op": "is", "value": "jane@example.com"}
FRENCH = {"attribute": "country", "op": "is", "value": "FR"}


def see(filter) -> list[str]:
    return teller(True)(filter)


def masked(filter) -> list[str]:
    return teller(False)(filter)


@pytest.fixture
def old() -> dict:
    return document(delay("a", "s"), split(FRENCH, "b", "c", key="s"), delay("b", duration="P2D"), delay("c"))


def only(old: dict, new: dict, say=see) -> Difference:
    (found,) = differences(old, new, say)
    return found


def test_nothing_is_different_between_a_document_and_itself(old):
    assert differences(old, old, see) == []


def test_a_new_step_and_a_deleted_one(old):
    made, _ = editing.add_step(old, "delay", "b")
    assert only(old, made) == Difference("Delay", "New step", "", "after Delay: Wait 2 days")
    assert only(made, old) == Difference("Delay", "Deleted")
    made, _ = editing.add_step(old, "delay")
    assert only(old, made) == Difference("Delay", "New step", "", "after the entry")


def test_settings_by_their_labels(old):
    made = editing.set_settings(old, "b", {"duration": "P9D"})
    assert only(old, made) == Difference("Delay: Wait 2 days", "Duration", "2 days", "9 days")
    made = editing.set_settings(old, "b", {"weekday": "monday", "time": "09:00"})
    assert [(one.what, one.was, one.now) for one in differences(old, made, see)] == [
        ("Duration", "2 days", "not set"), ("Weekday", "not set", "Monday"), ("Time", "not set", "09:00"),
    ]  # fmt: skip
    one = document(facebook_step(fields=["email"]))
    two = document(facebook_step(fields=["email", "phone"]))
    assert only(one, two) == Difference(
        "Facebook Audience Step: Win back", "Fields to match", "E-mail", "E-mail, Phone"
    )


def test_filters_in_words_and_masked_where_they_name_somebody(old):
    made = editing.set_settings(old, "s", {"filter": {"all": [FRENCH, JANE]}})
    found = only(old, made)
    assert (found.was, found.now) == ("Country is FR", "Country is FR; E-mail is jane@example.com")
    assert only(old, made, masked).now == "Country is FR; E-mail is •••"
    other = editing.set_settings(old, "s", {"filter": {"all": [FRENCH, JANE | {"value": "joe@example.com"}]}})
    assert "joe" not in str(differences(made, other, masked)) and "shown here" in only(made, other, masked).now


def test_types_moves_and_arrows(old):
    made = editing.change_type(old, "b", "facebook_audience")
    assert only(old, made) == Difference("Delay: Wait 2 days", "Type", "Delay", "Facebook Audience Step")
    made = editing.link(old, "b", "next", "c")
    assert only(old, made) == Difference("Delay: Wait 2 days", "Leads to", "the end", "Delay: Wait 1 hour")
    made = editing.link(old, "s", "no", "")
    assert only(old, made).what == "Branch No leads to"
    found = differences(old, moving.move_step(old, "c", "b", "next"), see)
    assert Difference("Delay: Wait 1 hour", "Moved", "after Decision Split: Yes: 1 condition",
                      "after Delay: Wait 2 days") in found  # fmt: skip


def test_name_entry_and_audience(old):
    made = editing.rename(old, "New") | {"entry": None, "audience": {"segment": "Lapsed"},
                                         "reentry": {"allowed": True, "after": "P1D"}}  # fmt: skip
    assert [(one.where, one.was, one.now) for one in differences(old, made, see)] == [
        ("Basics", "Win back", "New"),
        ("Entry", "At launch", "No start yet"),
        ("Entry", "Everybody once", "Again after 1 day"),
        ("Audience", "Everybody", "Lapsed"),
    ]


def test_an_entry_whose_words_are_the_same_is_told_to_be_another(old):
    one = old | {"entry": {"type": "scheduled", "at": "2026-12-01T09:00:00Z"}}
    two = old | {"entry": {"type": "scheduled", "at": "2026-12-01T09:00:30Z"}}
    assert "shown here" in only(one, two).now
