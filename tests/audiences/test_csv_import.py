"""What a CSV file does to the profiles, what is refused, and what it says."""

import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audiences import csv_import
from audiences.csv_file import LONGEST_LINE, FileRefused
from audiences.models import CustomAttribute, Import, Profile
from tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def put(tmp_path):
    """Writes a file and imports it; returns what the command printed."""

    def put(text: str | bytes, **options) -> str:
        path = tmp_path / "people.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        out = StringIO()
        call_command("import_profiles", str(path), stdout=out, **options)
        return out.getvalue()

    return put


@pytest.fixture
def refused(put):
    """Imports a file that must be refused as a whole; returns why."""

    def refused(text: str | bytes, **options) -> str:
        before = list(Profile.objects.values()), CustomAttribute.objects.count()
        with pytest.raises(CommandError) as error:
            put(text, **options)
        assert (list(Profile.objects.values()), CustomAttribute.objects.count()) == before
        assert not Import.objects.exists()
        return str(error.value)

    return refused


def person(external_id: str) -> Profile:
    return Profile.objects.get(external_id=external_id)


def types() -> dict[str, str]:
    return dict(CustomAttribute.objects.values_list("name", "type"))


class TestWhatIsStored:
    def test_people_are_made_as_they_came(self, put):
        said = put("external_id,email,phone,dob,home_city\n u1 , Jane@X.com ,+1 (415) 555,1990-12-31,São Paulo\n")
        jane = person("u1")
        assert (jane.email, jane.phone, jane.city) == ("Jane@X.com", "+1 (415) 555", "São Paulo")
        assert jane.date_of_birth == date(1990, 12, 31)
        assert jane.attributes == {}
        assert "1 created, 0 updated, 0 refused" in said

    def test_only_columns_of_the_file_are_touched(self, put):
        ProfileFactory(external_id="u1", email="old@x.com", phone="1", attributes={"plan": "gold"})
        put("external_id,phone\nu1,2\n")
        assert (person("u1").email, person("u1").phone, person("u1").attributes) == ("old@x.com", "2", {"plan": "gold"})

    def test_an_empty_cell_keeps_what_is_stored(self, put):
        CustomAttribute.objects.create(name="plan", type="text")
        ProfileFactory(external_id="u1", email="a@x.com", date_of_birth=date(1990, 1, 1), attributes={"plan": "gold"})
        put("external_id,email,dob,plan\nu1,,,\n")
        jane = person("u1")
        assert (jane.email, jane.date_of_birth, jane.attributes) == ("a@x.com", date(1990, 1, 1), {"plan": "gold"})

    def test_custom_attributes_are_merged(self, put):
        ProfileFactory(external_id="u1", attributes={"plan": "gold", "é\"'": "kept"})
        put("external_id,score\nu1,5\nu2,0\n")
        assert person("u1").attributes == {"plan": "gold", "é\"'": "kept", "score": 5}
        assert person("u2").attributes == {"score": 0}

    def test_a_later_row_of_the_same_person_is_laid_over_the_earlier_one(self, put):
        said = put("external_id,email,city\nu1,a@x.com,Rome\nu1,b@x.com,\nu2,,\n")
        assert (person("u1").email, person("u1").city) == ("b@x.com", "Rome")
        assert "2 created, 1 updated" in said

    def test_the_second_import_updates(self, put):
        put("external_id,email\nu1,a@x.com\n")
        before = person("u1")
        assert "0 created, 1 updated" in put("external_id,email\nu1,b@x.com\n")
        assert person("u1").created_at == before.created_at
        assert person("u1").updated_at > before.updated_at

    def test_the_import_is_recorded(self, put):
        put("external_id\nu1\n\n,\n")
        record = Import.objects.get()
        assert (record.file_name, record.state, record.rows, record.refused) == ("people.csv", "done", 1, 1)
        assert record.finished_at >= record.started_at

    def test_statements_are_constant_for_a_chunk(self):
        CustomAttribute.objects.create(name="plan", type="text")

        def statements(people: int) -> int:
            file = BytesIO(("external_id,plan\n" + "".join(f"u{n},x\n" for n in range(people))).encode())
            found = csv_import.survey(file)
            with CaptureQueriesContext(connection) as queries:
                csv_import.apply(found, "x.csv", timezone.now())
            return len(queries)

        assert statements(2) == statements(700)

    def test_many_chunks_are_one_import(self, put, monkeypatch):
        monkeypatch.setattr(csv_import, "CHUNK", 2)
        said = put("external_id,score\nu1,1\nu2,2\nu3,x\nu1,4\nu5,5\n")
        assert "4 created, 1 updated" in said
        assert types() == {"score": "text"}
        assert person("u1").attributes == {"score": "4"}


class TestFiles:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    def test_delimiters_line_ends_and_marks(self, put, delimiter, end, mark):
        rows = [["external_id", "email"], ["u1", "a@x.com"], [], ["u2", '"b\nc"']]
        put(mark + end.join(delimiter.join(row) for row in rows).encode())
        assert (person("u1").email, person("u2").email) == ("a@x.com", "b\nc")

    def test_lines_are_counted_through_quoted_line_breaks(self, put):
        said = put('external_id,city\nu1,"a\nb"\n,x\n')
        assert "line 4: external_id: The row has none." in said

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "is empty"),
            (b"\n\n", "is empty"),
            (b"external_id,email\nu1,\xc3\xa9\nu2,caf\xe9\n", "Line 3 holds a byte that is not UTF-8"),
            (b"PK\x03\x04rest", "not a CSV file"),
            (b"external_id\rjane\r", "old Macintoshes"),
            (b"e\x00xternal_id\n", "NUL"),
            (b'external_id,city\nu1,"a\nu2,b\n', "line 2 never ends"),
            (b'external_id,city\nu1,"' + b"a\n" * 2000, "line 2 never ends"),
            (b'external_id,city\nu1,"' + b"a" * 90_000 + b"\n" + b"a" * 90_000 + b'"\n', "line 2 never ends"),
            (b"email\na@x.com\n", "no column external_id"),
            (b"external_id,email,email\n", "column 3: email is there twice"),
            (b"external_id,dob,date_of_birth\n", "column 3: date_of_birth is there twice"),
            (b"external_id,,email\n", "column 2: it has no name"),
            (b"external_id,emial\n", "column 2: emial is not known; did you mean email?"),
            (b"external_id,First Name\n", "did you mean first_name?"),
            (b"external_id,zipcode\n", "did you mean zip?"),
            (b"external_id," + b"x" * 101 + b"\n", "at most 100 characters"),
            (("external_id," + ",".join(f"c{n}" for n in range(300))).encode(), "301 columns are too many"),
        ],
    )
    def test_a_file_is_refused_as_a_whole(self, refused, content, words):
        assert words in refused(content)

    def test_all_faults_of_a_header_are_told_at_once(self, refused):
        said = refused("emial,,Phone\n")
        assert all(words in said for words in ("column 1", "column 2", "column 3", "no column external_id"))

    def test_a_file_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(CommandError, match=r"nowhere.csv can't be used: No such file"):
            call_command("import_profiles", str(tmp_path / "nowhere.csv"))
        with pytest.raises(CommandError, match="Is a directory"):
            call_command("import_profiles", str(tmp_path))

    def test_windows_1252_and_utf_16_are_read_as_well(self, put):
        put("external_id,city\nu1,Köln\n".encode("cp1252"))
        put("external_id,last_name\nu1,Müller\n".encode("utf-16"))
        assert (person("u1").city, person("u1").last_name) == ("Köln", "Müller")

    def test_a_byte_at_the_very_end_refuses_what_stands_before(self, refused):
        assert "Line 6003" in refused(
            "external_id\né\n".encode() + b"".join(b"u%d\n" % n for n in range(6000)) + b"\xff\n"
        )


class TestNewAttributes:
    def test_the_type_is_what_the_whole_column_can_be(self, put):
        put(
            "external_id,score,vip,seen,code,mixed,card,nothing\n"
            "u1,5,TRUE,2026-01-02,00123,1,4111111111111111,\n"
            "u2,-2.50,false,2026-01-02T03:04:05.678+01:00,7,x,1,\n"
        )
        assert types() == {
            "score": "number", "vip": "boolean", "seen": "time", "code": "text", "mixed": "text", "card": "text"
        }  # fmt: skip
        assert person("u1").attributes == {
            "score": 5, "vip": True, "seen": "2026-01-02T00:00:00Z", "code": "00123", "mixed": "1",
            "card": "4111111111111111",
        }  # fmt: skip
        assert person("u2").attributes["seen"] == "2026-01-02T02:04:05Z"
        assert person("u2").attributes["score"] == -2.5

    def test_they_are_named_and_empty_columns_left_out(self, put):
        said = put("external_id,score,nothing\nu1,5,\n")
        assert "New attributes: score (number)." in said
        assert "no row has a value there: nothing" in said

    def test_refused_rows_make_no_attribute_and_no_type(self, put):
        put("external_id,score,only\nu1,5,\n,x,y\n")
        assert types() == {"score": "number"}

    def test_a_registered_attribute_keeps_its_type(self, put):
        CustomAttribute.objects.create(name="score", type="number")
        said = put("external_id,score\nu1,5\nu2,five\n")
        assert "line 3: score: The value is not a number" in said
        assert list(Profile.objects.values_list("external_id", flat=True)) == ["u1"]

    def test_a_name_near_a_built_in_one_can_be_meant(self, put):
        assert "stage (text)" in put("external_id,stage\nu1,lead\n", new_attribute=["stage"])
        assert "1 updated" in put("external_id,stage\nu1,lost\n")

    def test_another_case_of_a_known_attribute_is_asked_about(self, refused):
        CustomAttribute.objects.create(name="plan", type="text")
        assert "did you mean plan?" in refused("external_id,Plan\nu1,x\n")

    def test_dates_begin_at_the_company_s_midnight(self, put, settings):
        settings.TIME_ZONE = "America/New_York"
        put("external_id,seen\nu1,2026-01-02\n")
        assert person("u1").attributes == {"seen": "2026-01-02T05:00:00Z"}


class TestBadRows:
    HEADER = "external_id,email,dob,gender\n"

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            (",a,,", "external_id: The row has none."),
            ("u1,a,", "The row has 3 cells, the header has 4."),
            ("u1,a,,,", "The row has 5 cells"),
            ("u1,a,1990-02-30,", "date_of_birth: There is no such day."),
            ("u1,a,31/31/1990,", "date_of_birth: There is no such day."),
            ("u1,a,yesterday,", "date_of_birth: There is no such day."),
            ("u1,a,," + "x" * 33, "gender: The value is longer than 32 characters."),
            ("u" * 256 + ",a,,", "external_id: The value is longer than 255"),
            ("u1,a\x00,,", "NUL"),
            ("u1," + "a" * (LONGEST_LINE + 5) + ",,", "longer than 100,000 bytes"),
            ('u1,"a"b,,', "A quote or line break stands in the wrong place"),
            (",a,x,", "external_id: The row has none. date_of_birth: There is no such day."),
        ],
    )
    def test_a_bad_row_is_refused_and_the_others_go_in(self, put, row, words):
        said = put(f"{self.HEADER}before,,,\n{row}\nafter,,,\n")
        assert "2 created, 0 updated, 1 refused" in said
        assert "line 3: " in said
        assert words in said
        assert set(Profile.objects.values_list("external_id", flat=True)) == {"before", "after"}

    def test_the_first_twenty_are_shown(self, put):
        said = put("external_id,email\n" + ",x\n" * 25)
        assert said.count("  line ") == 20
        assert "and 5 more (--refused FILE writes them all)" in said

    def test_all_are_written_to_a_file(self, put, tmp_path):
        path = tmp_path / "refused.csv"
        said = put("external_id;email\n;a@x.com\nu1;b\nu2\n", refused=path)
        with path.open(newline="") as file:
            assert list(csv.reader(file, delimiter=";")) == [
                ["external_id", "email", "reason"],
                ["", "a@x.com", "line 2: external_id: The row has none."],
                ["u2", "", "line 4: The row has 1 cells, the header has 2."],
            ]
        assert str(path) in said

    def test_the_file_itself_is_not_overwritten(self, put, tmp_path):
        with pytest.raises(CommandError, match="would overwrite"):
            put("external_id\nu1\n", refused=tmp_path / "people.csv")
        assert (tmp_path / "people.csv").read_text() == "external_id\nu1\n"

    def test_nothing_is_written_when_the_file_is_refused(self, refused, tmp_path):
        refused("emial\n", refused=tmp_path / "refused.csv")
        assert not (tmp_path / "refused.csv").exists()


class TestDatesOfBirth:
    def born(self) -> list[date]:
        return list(Profile.objects.order_by("external_id").values_list("date_of_birth", flat=True))

    def test_the_column_tells_the_order(self, put):
        put("external_id,dob\nu1,3/4/1990\nu2,12/31/1990\n")
        assert self.born() == [date(1990, 3, 4), date(1990, 12, 31)]
        put("external_id,dob\nu1,3/4/1990\nu2,31/12/1990\n")
        assert self.born()[0] == date(1990, 4, 3)

    def test_a_day_that_reads_the_same_needs_no_order(self, put):
        put("external_id,dob\nu1,4/4/1990\nu2,1991-05-06\n")
        assert self.born() == [date(1990, 4, 4), date(1991, 5, 6)]

    def test_a_doubt_is_asked_about(self, refused, put):
        assert "3/4/1990 may mean two days" in refused("external_id,dob\nu1,3/4/1990\n")
        put("external_id,dob\nu1,3/4/1990\n", dates="dmy")
        assert self.born() == [date(1990, 4, 3)]

    def test_both_orders_are_asked_about_and_then_refused_row_by_row(self, refused, put):
        rows = "external_id,dob\nu1,12/31/1990\nu2,31/12/1990\n"
        assert "month first (12/31/1990), some the day (31/12/1990)" in refused(rows)
        assert "line 3: date_of_birth: There is no such day" in put(rows, dates="mdy")

    def test_a_refused_row_tells_no_order(self, refused):
        assert "may mean two days" in refused("external_id,dob\nu1,3/4/1990\n,12/31/1990\n")


class TestTrouble:
    def test_what_went_in_before_a_failure_stays_and_is_recorded(self, monkeypatch):
        monkeypatch.setattr(csv_import, "CHUNK", 1)
        found = csv_import.survey(BytesIO(b"external_id\nu1\n,\nu2\n"))

        def stop(refusal):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            csv_import.apply(found, "x.csv", timezone.now(), stop)
        record = Import.objects.get()
        assert (record.state, record.rows) == ("failed", 1)
        assert Profile.objects.count() == 1

    def test_a_file_that_changes_in_between_is_not_imported_quietly(self):
        file = BytesIO(b"external_id\nu1\n")
        found = csv_import.survey(file)
        file.seek(0, 2)
        file.write(b"\xff\n")
        with pytest.raises(FileRefused, match="changed after 0 of its rows"):
            csv_import.apply(found, "x.csv", timezone.now())
        assert Import.objects.get().state == "failed"

    def test_an_attribute_that_got_another_type_meanwhile_stops_it(self):
        found = csv_import.survey(BytesIO(b"external_id,score\nu1,5\n"))
        CustomAttribute.objects.create(name="score", type="text")
        with pytest.raises(FileRefused, match="another type"):
            csv_import.apply(found, "x.csv", timezone.now())
        assert not Profile.objects.exists()

    def test_values_are_never_read_as_sql(self, put):
        put('external_id,city,a\'b\n"u\';--","\'); DROP TABLE audiences_profile; --",%s {x}\n')
        assert person("u';--").city == "'); DROP TABLE audiences_profile; --"
        assert person("u';--").attributes == {"a'b": "%s {x}"}
