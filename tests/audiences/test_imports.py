"""The import page: a file is checked, confirmed, imported, and what was refused can be had back."""

import csv
import io

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from audiences import import_forms
from audiences.models import CustomAttribute, Import, Profile
from audiences.views import imports
from config.team.models import AuditEvent
from tests.cast import user
from tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db
PAGE = "/audience/imports/"
GOOD = "external_id,email,First Name\nu1,a@x.com,Jane\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.IMPORT_DIR = str(tmp_path / "imports")
    return tmp_path / "imports"


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def upload(client, text: str | bytes):
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(f"{PAGE}upload/", {"file": SimpleUploadedFile("people.csv", content)}, follow=True)


def act(client, what: str, **answers):
    return client.post(f"{PAGE}{Import.objects.get().pk}/{what}/", answers, follow=True)


def here(folder) -> list[str]:
    return sorted(path.name.partition(".")[2] for path in folder.glob("*"))


class TestWhoMay:
    PATHS = [("get", ""), ("post", "upload/"), ("get", "1/"), ("post", "1/answer/"), ("post", "1/start/"),
             ("post", "1/discard/"), ("get", "1/refused.csv")]  # fmt: skip

    @pytest.mark.parametrize(("verb", "path"), PATHS)
    def test_anonymous_and_viewers_may_nothing(self, client, verb, path):
        assert getattr(client, verb)(PAGE + path).headers["Location"].startswith("/accounts/login/")
        client.force_login(user("Viewer"), backend="allauth.account.auth_backends.AuthenticationBackend")
        assert getattr(client, verb)(PAGE + path).status_code == 403

    def test_a_change_needs_a_post(self, marketer):
        for what in ("answer", "start", "discard"):
            assert marketer.get(f"{PAGE}1/{what}/").status_code == 405


class TestTheWayOfAGoodFile:
    def test_nothing_changes_before_the_yes(self, marketer, folder):
        page = upload(marketer, "external_id,email\nu1,a@x.com\n")
        assert "Import 1 person" in page.content.decode()
        assert not Profile.objects.exists()
        assert here(folder) == ["csv", "refused.csv"]
        assert [path.stat().st_mode & 0o777 for path in (folder, *folder.glob("*"))] == [0o700, 0o600, 0o600]

    def test_the_yes_imports_and_removes_the_file(self, marketer, folder):
        ProfileFactory(external_id="u1")
        upload(marketer, "external_id,email\nu1,a@x.com\nu2,b@x.com\n")
        page = act(marketer, "start").content.decode()
        assert "2 rows imported" in page and "<b>1</b><span>created" in page and "<b>1</b><span>updated" in page
        assert Profile.objects.get(external_id="u1").email == "a@x.com"
        assert here(folder) == []
        record = Import.objects.get()
        assert (record.state, record.author, record.files_until) == ("done", user("Marketer"), None)
        assert AuditEvent.objects.get().action == "import.started"

    def test_a_second_yes_changes_nothing(self, marketer):
        upload(marketer, "external_id\nu1\n")
        act(marketer, "start")
        Profile.objects.all().delete()
        assert "1 row imported" in act(marketer, "start").content.decode()
        assert not Profile.objects.exists()
        assert AuditEvent.objects.count() == 1

    def test_it_stands_in_the_history(self, marketer):
        upload(marketer, "external_id\nu1\n")
        act(marketer, "start")
        words = marketer.get(PAGE).content.decode()
        assert "people.csv" in words and "marketer@example.com" in words

    def test_it_can_be_discarded(self, marketer, folder):
        upload(marketer, "external_id\nu1\n")
        act(marketer, "discard")
        assert not Import.objects.exists()
        assert here(folder) == []

    def test_a_yes_to_no_rows_is_not_asked(self, marketer):
        page = upload(marketer, "external_id,email\n,a@x.com\n").content.decode()
        assert "No row can be imported" in page and "Import 0" not in page
        assert "No row can be imported" in act(marketer, "start").content.decode()

    def test_a_new_attribute_is_named_and_needs_a_tick(self, marketer):
        assert "new attribute: number" in upload(marketer, "external_id,score\nu1,5\n").content.decode()
        page = act(marketer, "start").content.decode()
        assert "Tick this if they are meant" in page and "score (a number)" in page
        assert not Profile.objects.exists() and not CustomAttribute.objects.exists()
        act(marketer, "start", new="on")
        assert Profile.objects.get().attributes == {"score": 5}

    def test_an_attribute_that_became_known_otherwise_stops_the_start(self, marketer):
        upload(marketer, "external_id,score\nu1,5\n")
        CustomAttribute.objects.create(name="score", type="text")
        assert "another type" in act(marketer, "start", new="on").content.decode()
        assert (Import.objects.get().state, Profile.objects.count()) == ("checked", 0)


class TestAFileThatIsRefused:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "The file is empty."),
            (b" \n", "The file is empty."),
            (b"PK\x03\x04 workbook", "not a CSV file"),
            ("external_id\nü\n".encode("utf-16")[:-1], "begins like UTF-16 and goes on otherwise"),
            (b"external_id,city\nu1,K\xc3\xb6ln\nu2,K\xf6ln\n", "Line 3 holds a byte that is not UTF-8"),
            (b"external_id,city\nu1,K\x81ln\n", "Line 2 holds a byte that is not UTF-8"),
            (b"external_id\rjane\r", "old Macintoshes"),
            (b'external_id\n"u1\n', "opens a quote that is not closed"),
            (b"email\na@x.com\n", "no column external_id"),
            (b"external_id,email,email\nu1,a,b\n", "email is there twice"),
            (
                b"emial,email,email\na,b,c\n",
                'every row needs; column 1: "emial" is not known; rename it to email, or leave it out',
            ),
        ],
    )
    def test_it_changes_nothing_and_says_what_to_do_beside_the_field(self, marketer, folder, content, words):
        page = upload(marketer, content)
        (error,) = page.context["form"].errors["file"]
        assert words in error
        assert b'aria-describedby="id_file_error' in page.content or b"id_file_error" in page.content
        assert not Profile.objects.exists() and not Import.objects.exists()
        assert not folder.exists() or here(folder) == []

    def test_no_command_line_is_spoken_of(self, marketer):
        assert "--" not in str(upload(marketer, "emial,dob\na,3/4/1990\n").context["form"].errors)

    def test_no_file_at_all(self, marketer):
        page = marketer.post(f"{PAGE}upload/")
        assert page.context["form"].errors["file"] == ["Choose a CSV file first."]

    def test_one_that_is_too_large(self, marketer, monkeypatch):
        monkeypatch.setattr(import_forms, "MOST_BYTES", 10)
        assert "larger than" in str(upload(marketer, GOOD).context["form"].errors)


class TestQuestions:
    def test_a_slip_can_be_what_it_is_near_to(self, marketer):
        page = upload(marketer, "external_id,Mobil,First Name\nu1,123,Jane\n").content.decode()
        assert "&quot;First Name&quot;, is not known" in page and "It is first_name" in page
        act(marketer, "answer", column_3="meant")
        act(marketer, "start", new="on")
        jane = Profile.objects.get()
        assert (jane.first_name, jane.attributes) == ("Jane", {"Mobil": 123})

    def test_or_something_new_or_nothing(self, marketer):
        upload(marketer, "external_id,stage,Emial\nu1,lead,x\n")
        page = act(marketer, "answer", column_2="new", column_3="out").content.decode()
        assert "new attribute: text" in page and '<option value="out:" selected>' in page
        act(marketer, "start", new="on")
        jane = Profile.objects.get()
        assert (jane.email, jane.attributes) == ("", {"stage": "lead"})

    def test_every_question_needs_an_answer(self, marketer):
        upload(marketer, "external_id,stage,Emial\nu1,lead,x\n")
        page = act(marketer, "answer", column_2="new")
        assert page.context["form"].errors == {"column_3": ["Choose one of these."]}
        assert "Something has to be asked first" in act(marketer, "start").content.decode()

    def test_a_second_click_leads_to_what_became_of_the_first(self, marketer):
        upload(marketer, "external_id,Emial\nu1,a@x.com\n")
        for _ in range(2):
            assert "The check found 1 person" in act(marketer, "answer", column_2="meant").content.decode()
        pk = Import.objects.get().pk
        for _ in range(2):
            assert marketer.post(f"{PAGE}{pk}/discard/").headers["Location"] == PAGE

    def test_the_column_that_every_row_needs_may_be_among_them(self, marketer):
        assert "It is external_id" in upload(marketer, "Customer ID,email\nu1,a@x.com\n").content.decode()
        page = act(marketer, "answer", column_1="out")
        assert page.context["form"].errors["column_1"] == ["Every row needs external_id: one column must be it."]
        act(marketer, "answer", column_1="meant")
        act(marketer, "start")
        assert Profile.objects.get().external_id == "u1"

    def test_two_columns_cannot_be_the_same(self, marketer):
        upload(marketer, "external_id,Email,E-mail\nu1,a,b\n")
        page = act(marketer, "answer", column_2="meant", column_3="meant")
        assert page.context["form"].errors["column_2"] == ["Only one column can be email."]

    def test_a_column_that_is_there_already_is_not_offered(self, marketer):
        page = upload(marketer, "external_id,email,Emial\nu1,a,b\n").content.decode()
        assert "It is email" not in page and "leave the column out" in page

    def test_the_order_of_dates_is_asked_for(self, marketer):
        page = upload(marketer, "external_id,dob\nu1,3/4/1990\n").content.decode()
        assert "3/4/1990 is 4 March 1990" in page and "3/4/1990 is 3 April 1990" in page
        assert "day/month/year" in act(marketer, "answer", dates="dmy").content.decode()
        act(marketer, "start")
        assert str(Profile.objects.get().date_of_birth) == "1990-04-03"

    def test_slips_are_asked_about_before_dates(self, marketer):
        upload(marketer, "external_id,dob,Emial\nu1,3/4/1990,a@x.com\n")
        assert "read in two ways" in act(marketer, "answer", column_3="meant").content.decode()
        act(marketer, "answer", dates="mdy")
        act(marketer, "start")
        jane = Profile.objects.get()
        assert (jane.email, str(jane.date_of_birth)) == ("a@x.com", "1990-03-04")

    def test_the_column_that_every_row_needs_is_asked_for_where_none_is_called_so(self, marketer):
        page = upload(marketer, "Kundennummer,email\nu1,a@x.com\n").content.decode()
        assert "No column is called external_id" in page
        assert "The check found 1 person" in act(marketer, "answer", external_id="Kundennummer").content.decode()
        act(marketer, "start")
        assert Profile.objects.get().external_id == "u1"


class TestTheMapping:
    FILE = "external_id,Ort,vorname,score\nu1,Bonn,Eva,5\n"

    def map(self, client, **changed):
        chosen = {"column_1": "=external_id", "column_2": "new:", "column_3": "new:", "column_4": "new:"} | changed
        return act(client, "answer", **chosen)

    def test_a_column_becomes_what_is_chosen(self, marketer):
        CustomAttribute.objects.create(name="points", type="number")
        upload(marketer, self.FILE)
        page = self.map(marketer, column_2="=city", column_3="out:", column_4="=points").content.decode()
        assert "Make" not in page and '<option value="=city" selected>' in page
        act(marketer, "start")
        eva = Profile.objects.get()
        assert (eva.city, eva.first_name, eva.attributes) == ("Bonn", "", {"points": 5})

    def test_a_change_of_mind_is_taken(self, marketer):
        upload(marketer, self.FILE)
        self.map(marketer, column_2="=city", column_3="=first_name")
        assert "new attribute: text" in self.map(marketer, column_2="new:", column_3="=first_name").content.decode()
        act(marketer, "start", new="on")
        assert (Profile.objects.get().first_name, Profile.objects.get().attributes) == (
            "Eva",
            {"Ort": "Bonn", "score": 5},
        )

    @pytest.mark.parametrize(
        ("changed", "errors"),
        [
            ({"column_2": "=city", "column_3": "=city"}, {"column_3": ["Only one column can be city."]}),
            ({"column_1": "out:"}, {"__all__": ["Every row needs external_id: one column must become it."]}),
            ({"column_2": "=odd"}, {"column_2": ["Select a valid choice. =odd is not one of the available choices."]}),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_told_beside_the_field(self, marketer, changed, errors):
        upload(marketer, self.FILE)
        answer = self.map(marketer, **changed)
        assert answer.context["mapping"].errors == errors
        assert Import.objects.get().state == "checked"


class TestEncodings:
    TEXT = "external_id\tcity\nu1\tKöln\nu2\tŒuvre\n"

    @pytest.mark.parametrize(
        ("codec", "words"),
        [
            ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"),
            ("cp1252", "Windows-1252"),
        ],
    )  # fmt: skip
    def test_what_spreadsheets_save_is_read(self, marketer, folder, codec, words):
        page = upload(marketer, self.TEXT.encode(codec)).content.decode()
        assert f"Read as {words}, parted by tabs." in page
        act(marketer, "start")
        assert set(Profile.objects.values_list("city", flat=True)) == {"Köln", "Œuvre"}
        assert here(folder) == []


class TestRefusedRows:
    MESSY = "external_id;email\n;a@x.com\nu1;b@x.com\nu2\n"

    def test_they_are_named_in_the_check(self, marketer):
        page = upload(marketer, self.MESSY).content.decode()
        assert "2 rows can't be taken" in page.replace("&#x27;", "'")
        assert "external_id: The row has none." in page and "The row has 1 cells" in page

    @pytest.mark.parametrize("when", ["before the import", "after it"])
    def test_they_can_be_downloaded_with_the_reason(self, marketer, when):
        upload(marketer, self.MESSY)
        if when == "after it":
            act(marketer, "start")
        answer = marketer.get(f"{PAGE}{Import.objects.get().pk}/refused.csv")
        assert "attachment" in answer.headers["Content-Disposition"]
        rows = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode()), delimiter=";")
        assert list(rows) == [
            ["external_id", "email", "reason"],
            ["", "a@x.com", "line 2: external_id: The row has none."],
            ["u2", "", "line 4: The row has 1 cells, the header has 2."],
        ]

    def test_only_who_may_see_personal_data_may_download(self, client):
        importer = user("Marketer")
        client.force_login(importer, backend="allauth.account.auth_backends.AuthenticationBackend")
        upload(client, self.MESSY)
        loaders = Group.objects.create(name="Loaders")
        loaders.permissions.set(permissions("add_import", "view_profile"))
        importer.groups.set([loaders])
        assert b"Download" not in client.get(f"{PAGE}{Import.objects.get().pk}/").content
        assert client.get(f"{PAGE}{Import.objects.get().pk}/refused.csv").status_code == 403

    def test_an_import_without_any_has_none_to_download(self, marketer):
        upload(marketer, "external_id\nu1\n")
        act(marketer, "start")
        assert marketer.get(f"{PAGE}{Import.objects.get().pk}/refused.csv").status_code == 404


def permissions(*names: str):
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=names)


class TestALargeFile:
    def test_it_is_left_to_the_queue_and_shows_how_far_it_is(self, marketer, monkeypatch):
        monkeypatch.setattr(imports, "SMALL_FILE", 0)
        monkeypatch.setattr(imports, "SMALL_IMPORT", 0)
        page = upload(marketer, "external_id\nu1\n").content.decode()
        assert "The file is being checked" in page and 'hx-trigger="every 1s"' in page
        record = Import.objects.get()
        Import.objects.update(state="running", rows=1, total=4)
        part = marketer.get(f"{PAGE}{record.pk}/", headers={"HX-Request": "true"}).content.decode()
        assert "<b>1</b> of 4 rows" in part and "25 % done" in part and "<html" not in part


class TestTheCost:
    def test_history_takes_the_same_queries_however_long(self, marketer):
        def queries() -> int:
            with CaptureQueriesContext(database) as asked:
                marketer.get(PAGE)
            return len(asked)

        Import.objects.create(file_name="a.csv", author=user("Marketer"))
        few = queries()
        Import.objects.bulk_create([Import(file_name="b.csv", author=user("Marketer"))] * 1)
        Import.objects.bulk_create([Import(file_name=f"{n}.csv", author=user("Admin")) for n in range(30)])
        assert queries() == few <= 20
