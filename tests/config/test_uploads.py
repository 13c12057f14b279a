"""What is too much is refused before any of it is kept, whoever sends it."""

import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audiences.models import Import
from config import uploads
from tests.cast import user
from tests.world import signed_in

pytestmark = pytest.mark.django_db
ROWS = b"external_id,email\n" + b"".join(b"p%d,p%d@example.com\n" % (n, n) for n in range(1000))


@pytest.fixture(autouse=True)
def small(monkeypatch, settings, tmp_path) -> list[str]:
    """Limits that a test can pass, and the names of the files that Django keeps on the disk meanwhile."""
    monkeypatch.setattr(uploads, "MOST", 10_000)
    monkeypatch.setattr(uploads, "LARGE", {"audiences:import_upload": 60_000})
    settings.IMPORT_DIR = str(tmp_path / "imports")
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    kept, make = [], tempfile.NamedTemporaryFile

    def noted(*args, **kwargs):
        kept.append(kwargs.get("suffix", ""))
        return make(*args, **kwargs)

    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", noted)
    return kept


def stranger() -> Client:
    """With a cookie that she made herself: only then is her form read at all."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    return client


def sent(client: Client, path: str, content: bytes) -> int:
    return client.post(path, {"file": SimpleUploadedFile("people.csv", content)}).status_code


@pytest.mark.parametrize("path", ["/accounts/login/", "/settings/me/", "/canvases/import/", "/api/v1/users/track"])
def test_a_stranger_fills_no_disk(small, path):
    assert sent(stranger(), path, ROWS) in (400, 401, 415)
    assert small == []


def test_the_limit_is_what_stops_it(small, monkeypatch):
    monkeypatch.setattr(uploads, "MOST", 10_000_000)
    sent(stranger(), "/accounts/login/", ROWS)
    assert len(small) == 1


def test_people_come_in_by_larger_files(small):
    marketer = signed_in(user("Marketer"))
    assert sent(marketer, reverse("audiences:import_upload"), ROWS) == 302
    assert Import.objects.count() == 1 and len(small) == 1
    assert sent(marketer, reverse("audiences:import_upload"), ROWS * 3) == 400
    assert Import.objects.count() == 1 and len(small) == 1


def test_a_form_without_files_is_read(small):
    assert Client().post("/accounts/login/", {"login": "a@example.com", "password": "x"}).status_code == 200
