"""The list of Canvases, and what is done with a whole one: by whom, with which words, and at what cost."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canvas import launch as launching
from canvas.models import Canvas
from config.team.models import AuditEvent
from tests.cast import delay, document, draft, facebook_step, launch, people, split, tick, user

pytestmark = pytest.mark.django_db
LIST, NEW, IMPORT = "/canvases/", "/canvases/new/", "/canvases/import/"
ACTIONS = ("duplicate", "archive", "stop", "resume")
Status = Canvas.Status


words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40).filter(str.strip)
conditions = st.builds(lambda value: {"attribute": "city", "op": "is", "value": value}, words)
filters = st.recursive(
    conditions, lambda inner: st.dictionaries(st.sampled_from(["all", "any"]), st.lists(inner), min_size=1, max_size=1),
    max_leaves=6,
)  # fmt: skip
steps = st.one_of(
    st.builds(lambda name: facebook_step(audience_name=name), words),
    st.builds(lambda hours: delay(duration=f"PT{hours}H"), st.integers(1, 99)),
    st.builds(lambda filter: split(filter), filters),
)
some_documents = st.builds(
    lambda name, filter, some: document(
        *(step | {"key": f"step-{at}"} for at, step in enumerate(some)), name=name, audience={"filter": filter}
    ),
    words, filters, st.lists(steps, max_size=4),
)  # fmt: skip


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def names(client, **asked) -> list[str]:
    return [row.canvas.name for row in client.get(LIST, asked).context["rows"]]


def do(client, canvas: Canvas, action: str):
    answer = client.post(f"/canvases/{canvas.pk}/{action}/", follow=True)
    canvas.refresh_from_db()
    return answer


def upload(client, content: bytes | dict | list):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(IMPORT, {"file": SimpleUploadedFile("canvas.json", body)}, follow=True)


def refusals(answer, field: str = "file") -> str:
    assert answer.status_code == 422 and not Canvas.objects.exists()
    return " ".join(answer.context["upload"].errors[field])


def in_status(status: str, name: str = "Win back") -> Canvas:
    canvas = draft(name=name)
    Canvas.objects.filter(pk=canvas.pk).update(status=status)
    canvas.refresh_from_db()
    return canvas


class TestWhoMayWhat:
    def test_nobody_without_a_sign_in(self, client):
        canvas = draft()
        for path in (LIST, NEW, f"/canvases/{canvas.pk}/export/"):
            assert client.get(path).headers["Location"].startswith("/accounts/login/")
        for path in (NEW, IMPORT, *(f"/canvases/{canvas.pk}/{action}/" for action in ACTIONS)):
            assert client.post(path).headers["Location"].startswith("/accounts/login/")

    def test_nobody_without_a_role(self, client):
        canvas, stranger = draft(name="Secret"), user("Viewer")
        stranger.groups.clear()
        client.force_login(stranger)
        for path in (LIST, f"/canvases/{canvas.pk}/export/"):
            answer = client.get(path)
            assert answer.status_code == 403 and "Secret" not in text(answer)

    def test_a_viewer_reads_only(self, client):
        client.force_login(user("Viewer"))
        canvas = draft()
        assert names(client) == ["Win back"] and "New Canvas" not in text(client.get(LIST))
        assert client.get(f"/canvases/{canvas.pk}/export/").status_code == 403, "its filters may hold personal data"
        assert client.get(NEW).status_code == 403
        for path in (NEW, IMPORT, *(f"/canvases/{canvas.pk}/{action}/" for action in ACTIONS)):
            assert client.post(path, {"name": "Mine"}).status_code == 403
        assert Canvas.objects.get().status == Status.DRAFT and not AuditEvent.objects.exists()

    @pytest.mark.parametrize("action", ["import", *(f"1/{action}" for action in ACTIONS)])
    def test_what_changes_something_is_never_a_get(self, marketer, action):
        assert marketer.get(f"/canvases/{action}/").status_code == 405

    @pytest.mark.parametrize("action", ACTIONS)
    def test_what_is_not_there_is_404(self, marketer, action):
        assert marketer.post(f"/canvases/77/{action}/").status_code == 404
        assert marketer.get("/canvases/77/export/").status_code == 404


class TestTheList:
    def test_it_is_empty_at_first_and_says_what_to_do(self, marketer):
        assert "Your Canvases will stand here." in text(marketer.get(LIST))

    def test_it_is_searched_by_name_and_status(self, marketer):
        in_status(Status.DRAFT, "Win back"), in_status(Status.ACTIVE, "Win more"), in_status(Status.STOPPED, "Loyal")
        assert names(marketer) == ["Loyal", "Win more", "Win back"]
        assert names(marketer, q=" WIN ") == ["Win more", "Win back"]
        assert names(marketer, q="win", status="active") == ["Win more"]
        assert names(marketer, status="no such") == ["Loyal", "Win more", "Win back"]
        assert "No Canvas fits." in text(marketer.get(LIST, {"q": "zz\x00"}))

    def test_archived_ones_are_shown_only_when_asked_for(self, marketer):
        in_status(Status.ARCHIVED, "Old"), draft(name="New")
        assert names(marketer) == ["New"] and names(marketer, status="archived") == ["Old"]

    def test_it_goes_on_page_by_page_and_keeps_what_was_asked(self, marketer):
        for number in range(27):
            draft(name=f"Canvas {number}")
        assert len(names(marketer, q="canvas")) == 25 and "1 to 25 of 27" in text(marketer.get(LIST))
        assert "?q=canvas&amp;page=2" in text(marketer.get(LIST, {"q": "canvas"}))
        assert names(marketer, q="canvas", page=2) == ["Canvas 1", "Canvas 0"] == names(marketer, page="99")

    def test_a_row_says_who_is_in_it_and_what_became_of_them(self, marketer, connection, now):
        people(3), people(2, email="")
        launch(facebook_step(then="wait"), delay(), at=now)
        launch(delay(), at=now, name="Waits")
        tick(now)
        draft(name="Later")
        rows = {row.canvas.name: row for row in marketer.get(LIST).context["rows"]}
        assert (rows["Win back"].entered, rows["Win back"].inside, rows["Win back"].passed_on) == (5, 5, 5)
        assert +rows["Win back"].fates == {"synced": 3, "missing_fields": 2}
        words = text(marketer.get(LIST))
        assert "Synced 3, Pending 0, Missing fields 2, User Not Synced 0" in words
        assert "Nobody passed on yet" in words and "Not launched" in words

    def test_it_costs_the_same_for_many(self, marketer, connection, now):
        def queries(count: int) -> int:
            have = Canvas.objects.count()
            for number in range(have, count):
                launch(facebook_step(), at=now, name=f"Canvas {number}")
            with CaptureQueriesContext(
                database,
            ) as captured:
                marketer.get(LIST)
            return len(captured)

        people(2)
        few = queries(2)
        assert few <= 20 and queries(30) == few


class TestCreating:
    def test_a_name_is_enough(self, marketer):
        answer = marketer.post(NEW, {"name": " Spring "}, follow=True)
        canvas = Canvas.objects.get()
        assert answer.redirect_chain == [(f"/canvases/{canvas.pk}/build/", 302)]
        assert (canvas.name, canvas.status, canvas.author.email) == ("Spring", "draft", "marketer@example.com")
        assert canvas.document == {"name": "Spring", "steps": []}
        event = AuditEvent.objects.get()
        assert (event.action, event.target, event.via) == ("canvas.created", "Spring", "dashboard")

    @pytest.mark.parametrize(
        ("name", "why"),
        [("", "required"), ("x" * 101, "at most 100"), ("Taken", "Another Canvas has this name"), ("a\x00", "Null")],
    )
    def test_a_wrong_name_is_told_beside_the_field(self, marketer, name, why):
        draft(name="Taken")
        answer = marketer.post(NEW, {"name": name})
        assert answer.status_code == 422 and why in answer.context["form"].errors["name"][0]
        assert 'aria-invalid="true"' in text(answer)
        assert Canvas.objects.count() == 1 and not AuditEvent.objects.exists()


class TestExportAndImport:
    def test_an_export_is_the_document_and_can_be_imported_again(self, marketer):
        canvas = draft(facebook_step(audience_name="Größe 2"), name='Été: win "back"/2')
        answer = marketer.get(f"/canvases/{canvas.pk}/export/")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="ete-win-back2.json"'
        assert json.loads(answer.content) == canvas.document and "Größe" in answer.content.decode()
        canvas.delete()
        assert upload(marketer, answer.content).status_code == 200
        assert Canvas.objects.get().document == canvas.document

    @given(some_documents)
    @settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_document_comes_back_as_it_was(self, marketer, source):
        canvas = Canvas.objects.create(name=source["name"], document=source)
        exported = marketer.get(f"/canvases/{canvas.pk}/export/").content
        canvas.delete()
        assert marketer.post(IMPORT, {"text": exported.decode()}).status_code == 302
        again = Canvas.objects.get()
        assert again.document == source
        again.delete()

    def test_a_name_of_no_letters_still_makes_a_file(self, marketer):
        answer = marketer.get(f"/canvases/{draft(name='日本').pk}/export/")
        assert 'filename="canvas.json"' in answer.headers["Content-Disposition"]

    def test_a_file_that_begins_with_a_byte_order_mark_is_read(self, marketer):
        upload(marketer, b"\xef\xbb\xbf" + json.dumps(document(delay())).encode())
        assert Canvas.objects.get().name == "Win back"

    def test_every_wrong_place_is_named_and_nothing_is_made(self, marketer):
        wrong = document({"key": "a", "type": "nothing"}, delay(duration="soon"), name="", more="<b>")
        answer = upload(marketer, wrong)
        assert refusals(answer) == "Nothing was imported: 4 places are wrong."
        for path in ("more", "name", "steps[0].type", "steps[1].settings.duration"):
            assert f"<code>{path}</code>" in text(answer)

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", "empty"),
            (b"not json", "not JSON"),
            (b'{"name": ', "not JSON"),
            (b"[" * 100_000, "not JSON"),
            (b'{"name": ' + b"9" * 5_000 + b"}", "not JSON"),
            (b"\xff\xfe", "not UTF-8"),
            (b'"' + b"x" * 2_000_000 + b'"', "too large"),
            ([], "one place is wrong"),
            ({"name": float("nan"), "steps": []}, "one place is wrong"),
        ],
        ids=["empty", "text", "torn", "deep", "huge-number", "bytes", "large", "list", "nan"],
    )
    def test_a_file_that_is_no_document_is_refused(self, marketer, content, why):
        assert why in refusals(upload(marketer, content))

    def test_without_a_file_or_text_it_says_so(self, marketer):
        assert "Choose a file, or paste its text." in refusals(marketer.post(IMPORT))

    def test_its_text_can_be_pasted(self, marketer):
        assert marketer.post(IMPORT, {"text": json.dumps(document(delay()))}).status_code == 302
        assert Canvas.objects.get().name == "Win back"

    def test_what_was_pasted_stays_and_says_where_it_is_torn(self, marketer):
        answer = marketer.post(IMPORT, {"text": '{\n  "name": Win back'})
        assert "line 2, column 11" in refusals(answer, "text") and "Win back</textarea>" in text(answer)

    def test_a_file_and_a_text_are_one_too_many(self, marketer):
        both = {"file": SimpleUploadedFile("canvas.json", b"{}"), "text": "{}"}
        assert "either the file or the text" in refusals(marketer.post(IMPORT, both), "text")

    def test_in_the_page_what_is_wrong_comes_alone_so_that_the_file_stays_chosen(self, marketer):
        headers = {"HX-Request": "true"}
        answer = marketer.post(IMPORT, {"text": "[]"}, headers=headers)
        assert answer.status_code == 422 and "<form" not in text(answer) and "one place is wrong" in text(answer)
        answer = marketer.post(IMPORT, {"text": json.dumps(document(delay()))}, headers=headers)
        assert answer.headers["HX-Redirect"] == f"/canvases/{Canvas.objects.get().pk}/build/"

    def test_a_taken_name_is_told_beside_the_file(self, marketer):
        draft(name="Win back")
        answer = upload(marketer, document(delay()))
        assert answer.status_code == 422 and "Another Canvas has this name" in text(answer)
        assert Canvas.objects.count() == 1


class TestDuplicating:
    def test_copies_are_drafts_named_after_it(self, marketer, connection, now):
        people(1)
        canvas = launch(facebook_step(), at=now)
        for _ in range(2):
            assert "is a draft" in text(do(marketer, canvas, "duplicate"))
        twins = Canvas.objects.exclude(pk=canvas.pk).order_by("pk")
        assert [twin.name for twin in twins] == ["Win back (copy)", "Win back (copy 2)"]
        assert [twin.status for twin in twins] == ["draft", "draft"]
        assert twins[0].document["audience"] == canvas.document["audience"]

    def test_their_audiences_are_told_apart(self, marketer):
        canvas = draft(facebook_step(), delay(), facebook_step("late", audience_name="x" * 255))
        for _ in range(2):
            do(marketer, canvas, "duplicate")
        twins = Canvas.objects.exclude(pk=canvas.pk).order_by("pk")
        names = [[step["settings"].get("audience_name") for step in twin.document["steps"]] for twin in twins]
        assert names[0] == ["Win back (copy)", None, f"{'x' * 248} (copy)"]
        assert names[1] == ["Win back (copy 2)", None, f"{'x' * 246} (copy 2)"]

    def test_a_long_name_still_fits(self, marketer):
        do(marketer, draft(name="x" * 100), "duplicate")
        assert Canvas.objects.last().name == f"{'x' * 80} (copy)"


class TestItsLife:
    @pytest.mark.parametrize("status", [Status.DRAFT, Status.STOPPED])
    def test_a_draft_or_a_stopped_one_is_archived(self, marketer, status):
        canvas = in_status(status)
        assert "Win back is archived." in text(do(marketer, canvas, "archive"))
        assert canvas.status == Status.ARCHIVED
        event = AuditEvent.objects.get()
        assert (event.action, event.actor.email, event.via) == ("canvas.archived", "marketer@example.com", "dashboard")

    @pytest.mark.parametrize(
        ("status", "why"),
        [(Status.ACTIVE, "stop it first"), (Status.LAUNCHING, "being launched"), (Status.ARCHIVED, "archived already")],
    )
    def test_any_other_is_not_and_the_page_says_why(self, marketer, status, why):
        canvas = in_status(status)
        assert why in text(do(marketer, canvas, "archive"))
        assert canvas.status == status and not AuditEvent.objects.exists()

    def test_it_is_stopped_and_goes_on_and_the_log_says_who_did_it(self, marketer, connection, now):
        canvas = launch(delay(), at=now)
        assert "is stopped" in text(do(marketer, canvas, "stop")) and canvas.status == Status.STOPPED
        assert "nothing to stop" in text(do(marketer, canvas, "stop"))
        assert "goes on" in text(do(marketer, canvas, "resume")) and canvas.status == Status.ACTIVE
        assert "nothing to resume" in text(do(marketer, canvas, "resume"))
        lines = AuditEvent.objects.filter(via="dashboard").order_by("pk")
        assert [line.action for line in lines] == ["canvas.stopped", "canvas.resumed"]

    def test_what_it_may_not_do_is_not_offered(self, client, connection, now):
        canvas = launch(delay(), at=now)
        page, offers = f"/canvases/{canvas.pk}/analytics/", {}
        for role in ("Marketer", "Viewer"):
            client.force_login(user(role))
            words = text(client.get(page))
            offers[role] = [action for action in (*ACTIONS, "export") if f"/{canvas.pk}/{action}/" in words]
        assert offers == {"Marketer": ["duplicate", "stop", "export"], "Viewer": []}
        launching.stop(canvas)
        client.force_login(user("Marketer"))
        words = text(client.get(page))
        assert f"/{canvas.pk}/resume/" in words and f"/{canvas.pk}/archive/" in words
