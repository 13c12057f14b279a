"""An import is killed between two chunks and inside one: whoever goes on applies no row twice, and leaves none out."""

import signal
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from audiences import import_files, import_queue
from audiences.models import Import, Profile
from tests.cast import tick
from tests.faults.crash_at import IMPORT_POINTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.nightly]
ROWS = 12_000


def test_an_import_that_was_killed_twice_goes_on_where_it_stood(installation, settings, tmp_path):
    settings.IMPORT_DIR = str(tmp_path / "imports")
    home, now = installation(IMPORT_DIR=settings.IMPORT_DIR), timezone.now()
    file = ContentFile(("external_id\n" + "".join(f"u{number}\n" for number in range(ROWS))).encode())
    token = import_files.keep(file)
    record = Import.objects.create(
        file_name="x.csv", state="checking", token=token, files_until=now + timedelta(days=1)
    )
    tick(now)
    import_queue.start(record := Import.objects.get(pk=record.pk), now)

    for point in IMPORT_POINTS:
        command = "-m", "tests.faults.crash_at", point, "tick", "--now", now.isoformat()
        assert home.start(*command).wait(60) == -signal.SIGKILL
        record.refresh_from_db()
        assert (record.state, record.created, Profile.objects.count()) == ("running", 5_000, 5_000)
        now += import_queue.LEASE

    tick(now)
    record.refresh_from_db()
    assert (record.state, record.created, record.updated, Profile.objects.count()) == ("done", ROWS, 0, ROWS)
