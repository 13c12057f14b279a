"""Large imports in the queue: in shifts, past crashes, exactly once; and no file is kept too long."""

import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from audiences import csv_import, import_files, import_queue
from audiences.models import Import, Profile
from config import schedules
from tests.cast import tick

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.IMPORT_DIR = str(tmp_path / "imports")
    return tmp_path / "imports"


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(csv_import, "CHUNK", 2)


@pytest.fixture
def uploaded(now):
    def uploaded(text: str) -> Import:
        token = import_files.keep(ContentFile(text.encode()))
        return Import.objects.create(file_name="x.csv", state="checking", token=token, files_until=now + DAY)

    return uploaded


def confirmed(record: Import, now) -> Import:
    """Checked by the clock, and confirmed."""
    tick(now)
    record.refresh_from_db()
    assert import_queue.start(record, now)
    return record


def rows(count: int) -> str:
    return "external_id,score\n" + "".join(f"u{n},{n}\n" for n in range(count))


def seen(record: Import) -> tuple:
    record.refresh_from_db()
    return record.state, record.created, record.updated, record.refused


def test_the_clock_checks_and_imports(uploaded, now):
    record = uploaded(rows(9) + ",1\n")
    assert schedules.next_due(now) == now
    assert tick(now)["imports"] == 1
    record.refresh_from_db()
    assert (record.state, record.total, record.findings["new"]) == ("checked", 10, {"score": "number"})
    assert not Profile.objects.exists()
    assert schedules.next_due(now) == now + DAY
    assert import_queue.start(record, now)
    tick(now)
    assert seen(record) == ("done", 9, 0, 1)
    assert Profile.objects.get(external_id="u8").attributes == {"score": 8}


def test_a_shift_ends_and_the_next_goes_on(uploaded, now, monkeypatch):
    record = confirmed(uploaded(rows(7)), now)
    monkeypatch.setattr(import_queue, "SHIFT", 0)
    assert import_queue.work(now) == {"imports": 1}
    assert seen(record) == ("running", 2, 0, 0)
    assert tick(now)["imports"] == 3
    assert seen(record) == ("done", 7, 0, 0)


def test_a_crash_in_the_middle_applies_no_row_twice(uploaded, now, monkeypatch):
    record = confirmed(uploaded(rows(6)), now)
    whole, calls = csv_import.upsert, []

    def crash(*args) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        whole(*args)

    monkeypatch.setattr(csv_import, "upsert", crash)
    with pytest.raises(KeyboardInterrupt):
        import_queue.work(now)
    assert seen(record) == ("running", 2, 0, 0)
    assert not tick(now)["imports"], "the lease of the dead still holds"
    later = now + import_queue.LEASE
    assert schedules.next_due(now) == later
    tick(later)
    assert seen(record) == ("done", 6, 0, 0)


def test_two_at_work_apply_no_chunk_twice(uploaded, now):
    record = confirmed(uploaded(rows(4)), now)
    slow = Import.objects.get(pk=record.pk)
    tick(now)
    Profile.objects.all().delete()
    with import_files.folder().joinpath("again.csv").open("wb+") as file:
        file.write(rows(4).encode())
        found = csv_import.survey(file)
        assert not csv_import.take(slow, found.columns, next(found.file.chunks(2)), 9, now)
    assert not Profile.objects.exists()


def test_a_file_that_is_refused_is_told(uploaded, now, folder):
    record = uploaded("emial,\n")
    tick(now)
    assert seen(record)[0] == "failed"
    assert "rename it to email" in record.problem
    assert list(folder.iterdir()) == []


def test_a_file_that_is_gone_is_told(uploaded, now):
    record = confirmed(uploaded(rows(2)), now)
    import_files.remove(record.token)
    tick(now)
    assert (seen(record)[0], record.problem) == ("failed", import_queue.GONE)


def test_a_file_that_nobody_confirms_is_deleted_after_a_day(uploaded, now, folder):
    record = uploaded(rows(2))
    tick(now)
    tick(now + DAY - timedelta(seconds=1))
    assert seen(record)[0] == "checked"
    assert tick(now + DAY)["imports_expired"] == 1
    assert (seen(record)[0], record.problem) == ("failed", import_queue.UNCONFIRMED)
    assert list(folder.iterdir()) == []
    assert schedules.next_due(now + DAY) is None


def test_refused_rows_are_kept_for_a_week(uploaded, now, folder):
    record = confirmed(uploaded(rows(2) + ",1\n"), now)
    tick(now)
    assert [path.name for path in folder.iterdir()] == [f"{record.token}.refused.csv"]
    tick(now + 7 * DAY)
    assert list(folder.iterdir()) == []
    assert seen(record) == ("done", 2, 0, 1)


def test_what_a_crash_left_behind_is_swept(uploaded, now, folder):
    uploaded(rows(2))
    tick(now)
    orphan = folder / "orphan.csv"
    orphan.touch()
    os.utime(orphan, (0, 0))
    (folder / "young.csv").touch()
    tick(now + DAY)
    assert [path.name for path in folder.iterdir()] == ["young.csv"]
