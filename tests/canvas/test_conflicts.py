"""Two editors of one draft: the second sees both versions, and what she had is kept or left by her choice only."""

import pytest

from canvas import editing
from canvas.models import Canvas
from canvas.saving import save
from tests.canvas.test_builder import FRENCH, keys, post, url
from tests.cast import delay, draft, launch, split, user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


@pytest.fixture
def canvas(db) -> Canvas:
    return draft(delay("wait", "split"), split(FRENCH, "yes", "end"), delay("yes", "end", duration="P2D"), delay("end"))


def tom(canvas: Canvas, change, what: str) -> None:
    canvas.refresh_from_db()
    save(canvas.pk, canvas.edition, change, user("Admin"), what)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_notice_says_who_did_what_and_what_mine_would_change(marketer, canvas):
    tom(canvas, lambda made: editing.set_settings(made, "end", {"duration": "P9D"}), "Edit Delay: Wait 1 hour")
    tom(canvas, lambda made: editing.add_step(made, "delay", "end")[0], "Add Delay")
    answer = post(marketer, canvas, "steps/yes/duplicate/", edition=1)
    said = text(answer)
    assert answer.status_code == 409 and "<b>admin@example.com:</b> Edit Delay: Wait 1 hour" in said
    assert (
        "<del>1 hour</del>" in said
        and "<ins>9 days</ins>" in said
        and "New step: <ins>after Delay: Wait 9 days" in said
    )
    assert said.index("What yours changes then") < said.index("New step: <ins>after Delay: Wait 2 days</ins>")
    assert keys(canvas) == ["wait", "split", "yes", "end", "delay"]


@pytest.mark.parametrize(
    ("rest", "data"),
    [
        ("add/", {"type": "delay", "after": "wait", "branch": "next"}),
        ("steps/yes/move/", {"place": "split.no"}),
        ("steps/yes/delete/", {}),
        ("link/", {"after": "wait", "branch": "next", "target": "end"}),
    ],
)
def test_keep_mine_sends_the_same_again_on_the_newest_state(marketer, canvas, rest, data):
    tom(canvas, lambda made: editing.rename(made, "Tom's"), "Edit Basics")
    said = text(post(marketer, canvas, rest, edition=1, **data))
    assert "Keep mine" in said and f'hx-post="{url(canvas, rest)}"' in said
    for name, value in data.items():
        assert f'name="{name}" value="{value}"' in said
    assert 'name="edition" value="2"' in said
    assert post(marketer, canvas, rest, edition=2, **data).status_code == 200
    canvas.refresh_from_db()
    assert canvas.name == "Tom's" and canvas.edition == 3


@pytest.mark.parametrize(
    ("rest", "data"),
    [
        ("steps/yes/move/", {"place": "end.next"}),
        ("steps/yes/duplicate/", {}),
        ("steps/yes/delete/", {}),
        ("steps/yes/type/", {"type": "decision_split", "confirmed": "yes"}),
        ("steps/yes/", {"way": "duration", "duration": "7", "unit": "days", "notice": "form"}),
        ("add/", {"type": "delay", "after": "yes", "branch": "next"}),
    ],
)
def test_a_change_of_a_step_that_is_gone_says_so_and_loses_nothing(marketer, canvas, rest, data):
    tom(canvas, lambda made: editing.delete_step(made, "yes", "end"), "Delete Delay: Wait 2 days")
    answer = post(marketer, canvas, rest, edition=1, **data)
    said = text(answer)
    assert answer.status_code == 409 and "Yours can’t be kept as it is. That step is not there any more." in said
    assert "Delete Delay: Wait 2 days" in said and "Keep mine" not in said and "Take theirs" in said
    assert answer.headers["HX-Retarget"] == ("#form-notice" if "notice" in data else "#dialog")
    assert Canvas.objects.get().edition == 2


def test_deleting_what_somebody_deleted_between_the_question_and_the_answer(marketer, canvas):
    tom(canvas, lambda made: editing.delete_step(made, "split", "end"), "Delete Decision Split")
    assert post(marketer, canvas, "steps/split/delete/", edition=1).status_code == 409
    assert marketer.get(url(canvas, "steps/split/delete/")).status_code == 404


def test_undo_is_not_kept_over_somebody_elses_change(marketer, canvas):
    tom(canvas, lambda made: editing.rename(made, "Mine"), "Edit Basics")
    tom(canvas, lambda made: editing.rename(made, "Tom's"), "Edit Basics")
    said = text(post(marketer, canvas, "undo/", edition=2))
    assert "that is another one now" in said and "Keep mine" not in said


def test_a_section_keeps_what_was_filled_in_and_offers_the_three(marketer, canvas):
    tom(canvas, lambda made: editing.set_part(made, "audience", {"filter": FRENCH}), "Edit Audience")
    answer = post(marketer, canvas, "basics/", edition=1, name="Mine")
    said = text(answer)
    assert answer.status_code == 409 and 'value="Mine"' in said and "<del>Win back</del>" in said
    assert (
        'name="edition" value="2">Keep mine' in said
        and f'href="{url(canvas, "basics/")}" data-newer>Take theirs' in said
    )


def test_an_own_save_in_another_window_is_called_ones_own(marketer, canvas):
    save(canvas.pk, 1, lambda made: editing.rename(made, "Other window"), user("Marketer"), "Edit Basics")
    assert "<b>You:</b> Edit Basics" in text(post(marketer, canvas, "steps/end/delete/", edition=1))


def test_an_edition_that_is_not_kept_any_more_still_tells_who_saved(marketer, canvas):
    tom(canvas, lambda made: editing.rename(made, "Tom's"), "Edit Basics")
    canvas.revisions.filter(edition=1).delete()
    said = text(post(marketer, canvas, "steps/end/delete/", edition=1))
    assert "Edit Basics" in said and "Keep mine" in said


def test_a_conflict_takes_few_queries_however_many_filters_there_are(marketer, django_assert_max_num_queries):
    canvas = draft(*(split(FRENCH, f"s{at + 1}", key=f"s{at}") for at in range(40)), delay("s40"))
    tom(canvas, lambda made: editing.rename(made, "Tom's"), "Edit Basics")
    with django_assert_max_num_queries(20):
        assert post(marketer, canvas, "steps/s40/duplicate/", edition=1).status_code == 409


def test_theirs_comes_as_a_fragment(marketer, canvas):
    answer = marketer.get(url(canvas, "build/"), headers=HTMX)
    assert "<html" not in text(answer) and "This is the newest state." in text(answer)


def test_what_was_reviewed_is_not_launched_when_it_changed(marketer, canvas):
    tom(canvas, lambda made: editing.rename(made, "Tom's"), "Edit Basics")
    said = text(post(marketer, canvas, "launch/", edition=1))
    assert "is not what would be launched now" in said and "Keep mine" not in said


def test_a_live_canvas_is_no_conflict(marketer, now):
    live = launch(delay("wait"), at=now)
    said = text(post(marketer, live, "steps/wait/duplicate/"))
    assert "is not a draft any more" in said and "Keep mine" not in said
