"""Undo and redo: over reloads, for the changes of everybody, and never over somebody else's save."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from canvas import editing, history, revisions
from canvas.document import parse
from canvas.history import NothingThere, redo, undo
from canvas.models import Canvas, Revision
from canvas.revisions import Trail
from canvas.saving import Conflict, NotADraft, create, save
from config.team.models import AuditEvent
from tests.cast import delay, document, draft, launch, split, user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


@pytest.fixture
def canvas() -> Canvas:
    return create_canvas(delay("wait"))


def create_canvas(*steps: dict, **more) -> Canvas:
    return create(parse(document(*steps, **more)), user("Marketer"))


def add(canvas: Canvas, actor: str = "Marketer", after: str = "wait") -> Canvas:
    canvas.refresh_from_db()
    return save(
        canvas.pk,
        canvas.edition,
        lambda made: editing.add_step(made, "delay", after)[0],
        user(actor),
        "Add Delay",
    )


def now(canvas: Canvas) -> tuple[int, list[str]]:
    canvas.refresh_from_db()
    return canvas.edition, editing.keys(canvas.document)


def test_undo_and_redo_walk_back_and_forth(canvas):
    add(add(canvas))
    assert now(canvas) == (3, ["wait", "delay-2", "delay"])
    assert undo(canvas.pk, 3, user("Marketer")).focus == "wait"
    undo(canvas.pk, 4, user("Marketer"))
    assert now(canvas) == (5, ["wait"])
    with pytest.raises(NothingThere):
        undo(canvas.pk, 5, user("Marketer"))
    assert redo(canvas.pk, 5, user("Marketer")).focus == "delay"
    redo(canvas.pk, 6, user("Marketer"))
    assert now(canvas) == (7, ["wait", "delay-2", "delay"])
    with pytest.raises(NothingThere):
        redo(canvas.pk, 7, user("Marketer"))


def test_a_change_after_an_undo_drops_what_could_be_done_again(canvas):
    add(canvas)
    undo(canvas.pk, 2, user("Marketer"))
    save(canvas.pk, 3, lambda made: editing.rename(made, "New"), user("Marketer"), "Edit Basics")
    canvas.refresh_from_db()
    assert Trail(canvas).redone is None and Trail(canvas).undone.what == "Edit Basics"
    undo(canvas.pk, 4, user("Marketer"))
    canvas.refresh_from_db()
    assert canvas.name == "Win back" and Trail(canvas).redone.what == "Edit Basics"


def test_undo_tells_whose_change_it_was_and_is_in_the_audit_log(canvas):
    add(canvas, "Admin")
    made = undo(canvas.pk, 2, user("Marketer"))
    assert made.change.actor == user("Admin") and made.change.what == "Add Delay"
    line = AuditEvent.objects.filter(action="canvas.saved").first()
    assert line.actor == user("Marketer") and line.details["what"] == "Undone: Add Delay"


def test_nobody_undoes_what_she_has_not_seen(canvas):
    add(canvas)
    add(canvas, "Admin")
    with pytest.raises(Conflict):
        undo(canvas.pk, 2, user("Marketer"))
    assert now(canvas)[0] == 3


def test_only_a_draft_is_undone(now):
    canvas = launch(delay("wait"), at=now)
    with pytest.raises(NotADraft):
        undo(canvas.pk, canvas.edition, user("Marketer"))


def test_a_draft_from_before_this_was_kept_can_undo_its_next_change(marketer):
    canvas = draft(delay("wait"))
    assert "Nothing to undo" in marketer.get(f"/canvases/{canvas.pk}/build/").content.decode()
    add(canvas)
    undo(canvas.pk, 2, user("Marketer"))
    assert now(canvas) == (3, ["wait"])


def test_the_last_hundred_are_kept(canvas, monkeypatch):
    monkeypatch.setattr(revisions, "KEPT", 4)
    monkeypatch.setattr(revisions, "SWEEP", 7)
    for _ in range(6):
        add(canvas)
    assert list(Revision.objects.values_list("edition", flat=True)) == [4, 5, 6, 7]
    for edition in (7, 8, 9):
        undone = Trail(Canvas.objects.get()).undone
        if undone is None:
            break
        undo(canvas.pk, edition, user("Marketer"))
    assert len(now(canvas)[1]) == 5


def test_a_name_that_somebody_took_meanwhile_is_not_brought_back(canvas):
    save(canvas.pk, 1, lambda made: editing.rename(made, "New"), user("Marketer"), "Edit Basics")
    draft(delay("other"), name="Win back")
    with pytest.raises(Exception, match="Another Canvas has this name"):
        undo(canvas.pk, 2, user("Marketer"))
    canvas.refresh_from_db()
    assert (canvas.name, canvas.edition) == ("New", 2)


def test_the_focus_goes_to_the_step_concerned_or_the_nearest():
    one = document(delay("a", "b"), delay("b", "c"), delay("c"))
    assert history.concerned(one, editing.delete_step(one, "b", "c")) == "a"
    assert history.concerned(editing.delete_step(one, "b", "c"), one) == "b"
    assert history.concerned(one, editing.set_settings(one, "c", {"duration": "P9D"})) == "c"
    assert history.concerned(one, editing.rename(one, "New")) == ""
    assert history.concerned(document(delay("a")), document()) == ""
    assert history.concerned(document(delay("a"), delay("b")), document(delay("b"))) == "b"


@given(some.lists(some.sampled_from(["add", "undo", "redo"]), max_size=14))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_walk_gives_back_the_very_documents(db, moves):
    """Against two stacks, the way everybody knows undo."""
    Canvas.objects.all().delete()
    canvas = create_canvas(delay("wait"))
    back, forth = [], []
    for move in moves:
        canvas.refresh_from_db()
        if move == "add":
            back, forth = [*back, canvas.document], []
            add(canvas)
            continue
        here, there, go = (back, forth, undo) if move == "undo" else (forth, back, redo)
        if not here:
            with pytest.raises(NothingThere):
                go(canvas.pk, canvas.edition, None)
            continue
        wanted = here.pop()
        there.append(canvas.document)
        assert go(canvas.pk, canvas.edition, None).canvas.document == wanted


def test_the_buttons_say_what_they_undo_and_the_page_says_what_was_undone(marketer, canvas):
    add(canvas, "Admin")
    page = marketer.get(f"/canvases/{canvas.pk}/build/").content.decode()
    assert 'title="Undo: Add Delay, by admin@example.com"' in page and 'aria-label="Nothing to redo"' in page
    answer = marketer.post(f"/canvases/{canvas.pk}/undo/", {"edition": 2}, headers=HTMX).content.decode()
    assert "Undone: Add Delay, by admin@example.com." in answer and 'data-focus="wait"' in answer
    assert 'title="Redo: Add Delay, by admin@example.com"' in answer
    answer = marketer.post(f"/canvases/{canvas.pk}/redo/", {"edition": 3}, headers=HTMX).content.decode()
    assert "Done again: Add Delay" in answer and 'data-focus="delay"' in answer


def test_a_section_is_shown_anew_after_an_undo(marketer, canvas):
    save(canvas.pk, 1, lambda made: editing.rename(made, "New"), user("Marketer"), "Edit Basics")
    answer = marketer.post(f"/canvases/{canvas.pk}/undo/", {"edition": 2, "section": "basics"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(f"/canvases/{canvas.pk}/basics/", 302)]
    assert "Undone: Edit Basics." in page and 'value="Win back"' in page


def test_an_undo_that_can_not_be_is_refused_in_words(marketer, canvas):
    nothing = marketer.post(f"/canvases/{canvas.pk}/undo/", {"edition": 1}, headers=HTMX)
    assert nothing.status_code == 409 and "There is nothing to undo." in nothing.content.decode()
    add(canvas, "Admin")
    late = marketer.post(f"/canvases/{canvas.pk}/undo/", {"edition": 1}, headers=HTMX)
    assert late.status_code == 409 and "admin@example.com saved this Canvas" in late.content.decode()
    assert marketer.post("/canvases/987654/undo/", {"edition": 1}).status_code == 404


def test_viewers_undo_nothing(client, canvas):
    add(canvas)
    client.force_login(user("Viewer"))
    assert client.post(f"/canvases/{canvas.pk}/undo/", {"edition": 2}).status_code == 403
    assert 'id="undo"' not in client.get(f"/canvases/{canvas.pk}/build/").content.decode()


def test_two_steps_of_a_split_are_undone_at_once():
    canvas = create_canvas(split({"all": []}, "yes", "no"), delay("yes"), delay("no"))
    save(canvas.pk, 1, lambda made: editing.delete_step(made, "split"), user("Marketer"), "Delete Decision Split")
    assert now(canvas) == (2, [])
    undo(canvas.pk, 2, user("Marketer"))
    assert now(canvas) == (3, ["split", "yes", "no"])
