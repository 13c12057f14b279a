"""Undoing an import: whom it made goes again, unless they have a life of their own by now."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from audiences import import_queue, import_undo, track
from audiences.models import Import, Profile
from audiences.views import import_undo as page
from config.team.models import AuditEvent
from tests.cast import delay, launch, tick, user
from tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db
PAGE = "/audience/imports/"


@pytest.fixture
def marketer(client, settings, tmp_path):
    settings.IMPORT_DIR = str(tmp_path / "imports")
    client.force_login(user("Marketer"), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def imported(client, text: str) -> str:
    """The address of the import's page."""
    file = SimpleUploadedFile("people.csv", text.encode())
    address = client.post(f"{PAGE}upload/", {"file": file}).headers["Location"]
    client.post(f"{address}start/", {"new": "on"})
    return address


def known() -> set[str]:
    return set(Profile.objects.values_list("external_id", flat=True))


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_who_was_made_goes_and_who_was_known_stays(marketer):
    ProfileFactory(external_id="u1")
    address = imported(marketer, "external_id,city,score\nu1,Rome,1\nu2,Rome,2\nu3,Rome,3\nu3,Bonn,3\n")
    asked = words(marketer.get(f"{address}undo/"))
    assert "Take 2 people out again?" in asked and "2 rows changed people who were known before" in asked
    assert known() == {"u1", "u2", "u3"}
    done = words(marketer.post(f"{address}undo/", follow=True))
    assert "The import is undone" in done and "2 of the people it had made are gone again." in done
    assert known() == {"u1"}
    assert AuditEvent.objects.first().action == "import.undone"
    assert "Undo this import" not in done
    assert marketer.get(f"{address}undo/").headers["Location"] == address


def test_who_was_touched_since_stays(marketer, now):
    address = imported(marketer, "external_id,city\nrome,Rome\napi,Bonn\nagain,Bonn\nactor,Bonn\ninside,Oslo\n")
    deed = {"external_id": "actor", "name": "viewed", "time": "2026-11-01T09:00:00Z"}
    track.track({"attributes": [{"external_id": "api", "city": "Bonn"}], "events": [deed]}, now)
    imported(marketer, "external_id,city\nagain,Bonn\n")
    launch(delay(), at=now, audience={"filter": {"attribute": "city", "op": "is", "value": "oslo"}})
    tick(now)
    assert "Take 1 person out again?" in words(marketer.get(f"{address}undo/"))
    assert "1 of the people it had made are gone again. The others stay" in words(
        marketer.post(f"{address}undo/", follow=True)
    )
    assert known() == {"api", "again", "actor", "inside"}


def test_what_api_and_import_wrote_in_turn_is_not_the_import_s(marketer, now, monkeypatch):
    monkeypatch.setattr("audiences.csv_import.CHUNK", 1)
    whole = import_queue.csv_import.take

    def meddling(record, *rest):
        track.track({"attributes": [{"external_id": "u1", "city": "Rome"}]}, now) if record.rows else None
        return whole(record, *rest)

    monkeypatch.setattr(import_queue.csv_import, "take", meddling)
    address = imported(marketer, "external_id,city\nu1,Bonn\nu1,Oslo\n")
    assert "Nobody can be taken out again" in words(marketer.get(f"{address}undo/"))


def test_a_large_one_is_undone_in_shifts(marketer, now, monkeypatch):
    monkeypatch.setattr(page, "SMALL_IMPORT", 0)
    monkeypatch.setattr(import_undo, "CHUNK", 2)
    monkeypatch.setattr(import_queue, "SHIFT", 0)
    address = imported(marketer, "external_id\n" + "".join(f"u{n}\n" for n in range(5)))
    track.track({"attributes": [{"external_id": "u0"}, {"external_id": "u3"}]}, now)
    assert "The import is being undone" in words(marketer.post(f"{address}undo/", follow=True))
    assert import_queue.work(now) == {"imports": 1}
    assert (Import.objects.get().undone, len(known())) == (2, 3)
    tick(now)
    assert (Import.objects.get().state, Import.objects.get().undone, known()) == ("undone", 3, {"u0", "u3"})


def test_one_from_the_command_line_can_be_undone(marketer, tmp_path):
    (tmp_path / "people.csv").write_text("external_id\nu1\n")
    call_command("import_profiles", str(tmp_path / "people.csv"))
    marketer.post(f"{PAGE}{Import.objects.get().pk}/undo/")
    assert known() == set()


def test_only_who_may_erase_may_undo(marketer):
    address = imported(marketer, "external_id\nu1\n")
    importer = user("Marketer")
    importer.groups.first().permissions.remove(*importer.groups.first().permissions.filter(codename="delete_profile"))
    assert marketer.post(f"{address}undo/").status_code == 403
    assert "Undo this import" not in words(marketer.get(address))
    assert known() == {"u1"}
