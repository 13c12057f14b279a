"""The pages of segments: who may do what, what is refused and where it says so."""

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from audiences import filter_form
from audiences.models import Segment
from config.team.models import AuditEvent
from tests.cast import draft, people, split, user
from tests.factories import ProfileFactory, SegmentFactory
from tests.html_forms import posted

GERMANS = {"attribute": "country", "op": "is", "value": "DE"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


@pytest.fixture
def viewer(client):
    client.force_login(user("Viewer"))
    return client


def page(segment: Segment, name: str = "segment") -> str:
    return reverse(f"audiences:{name}", args=[segment.pk])


def form(name: str, document: dict) -> dict:
    html = render_to_string("audiences/_filter.html", {"editor": filter_form.editor(document)})
    return {"name": name} | posted(html).dict()


def audited() -> list[tuple[str, str]]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", "target"))


class TestTheList:
    def test_it_says_what_a_segment_is_for_when_there_is_none(self, marketer):
        assert b"Make the first one" in marketer.get(reverse("audiences:segments")).content

    def test_it_names_what_uses_a_segment(self, viewer):
        SegmentFactory(name="Lapsed")
        SegmentFactory(name="Lapsed in Europe", filter={"all": [{"segment": "Lapsed"}]})
        draft(name="Win back", audience={"segment": "Lapsed"})
        draft(split({"not": {"segment": "Lapsed"}}), name="Split")
        html = " ".join(viewer.get(reverse("audiences:segments")).content.decode().split())
        assert "Segment <a" in html and ">Lapsed in Europe</a>" in html
        assert "Canvas <b>Win back</b>" in html and "Canvas <b>Split</b>" in html

    def test_people_are_counted_for_all_in_one_query(self, viewer, django_assert_max_num_queries):
        ProfileFactory(country="DE")
        people(2)
        for number in range(8):
            SegmentFactory(name=f"Germans {number}", filter={"all": [{"segment": "Germans"}]})
        SegmentFactory(name="Germans", filter=GERMANS)
        broken = SegmentFactory(name="Broken", filter={"segment": "Gone"})
        with django_assert_max_num_queries(12):
            html = viewer.get(reverse("audiences:segment_counts")).content.decode()
        assert html.count(">1</span>") == 9
        assert "needs a correction" in html.partition(f'id="count-{broken.pk}"')[2]

    def test_it_is_searched_by_name(self, viewer):
        SegmentFactory(name="Lapsed 90 days")
        SegmentFactory(name="Loyal")
        html = viewer.get(reverse("audiences:segments"), {"q": "LAPS"}).content.decode()
        assert "Lapsed 90 days" in html and "Loyal" not in html
        assert b"No segment" in viewer.get(reverse("audiences:segments"), {"q": "x\0"}).content

    def test_it_takes_the_same_queries_however_many(self, viewer, django_assert_max_num_queries):
        for more in (1, 30):
            for number in range(more):
                SegmentFactory(filter={"segment": f"Segment {number}"})
            with django_assert_max_num_queries(12):
                viewer.get(reverse("audiences:segments"))


class TestMaking:
    def test_a_marketer_makes_one(self, marketer):
        answer = marketer.post(reverse("audiences:segment_new"), form("Germans", GERMANS))
        segment = Segment.objects.get()
        assert answer.url == page(segment)
        assert (segment.name, segment.filter) == ("Germans", {"all": [GERMANS]})
        assert audited() == [("segment.created", "Germans")]

    def test_everything_wrong_is_told_at_once_and_nothing_is_kept(self, marketer):
        SegmentFactory(name="Germans")
        html = marketer.post(
            reverse("audiences:segment_new"), form("Germans", {"all": [{"segment": ""}, GERMANS | {"value": ""}]})
        ).content.decode()
        for words in ("There is a segment of this name already.", "Choose a segment.", "Write a value."):
            assert words in html
        assert Segment.objects.count() == 1 and not audited()

    def test_one_that_contains_itself_is_refused_beside_the_field(self, marketer):
        SegmentFactory(name="B", filter={"segment": "A"})
        a = SegmentFactory(name="A", filter=GERMANS)
        html = marketer.post(page(a), form("A", {"segment": "B"})).content.decode()
        assert "lead in a circle" in html.partition('id="filter-0-faults"')[2].partition("</ul>")[0]
        a.refresh_from_db()
        assert a.filter == GERMANS


class TestChanging:
    def test_name_and_filter_are_changed(self, marketer):
        segment = SegmentFactory(name="Germans")
        marketer.post(page(segment), form("Germany", GERMANS))
        segment.refresh_from_db()
        assert (segment.name, segment.filter) == ("Germany", {"all": [GERMANS]})
        assert audited() == [("segment.changed", "Germany")]
        assert AuditEvent.objects.get().details == {"was": "Germans"}

    def test_one_that_is_used_keeps_its_name(self, marketer):
        segment = SegmentFactory(name="Lapsed")
        draft(name="Win back", audience={"segment": "Lapsed"})
        html = marketer.post(page(segment), form("Gone", GERMANS)).content.decode()
        assert "keeps its name while it is used (by Canvas Win back)" in html
        assert Segment.objects.get().name == "Lapsed"
        assert marketer.post(page(segment), form("Lapsed", GERMANS)).status_code == 302

    def test_a_viewer_reads_it_in_words(self, viewer):
        ProfileFactory(external_id="jane", country="DE", email="jane@example.com")
        segment = SegmentFactory(filter={"all": [{"not": {"any": [GERMANS]}}, {"segment": "Lapsed"}]})
        html = viewer.get(page(segment)).content.decode()
        assert "None of" in html and "Country is DE" in html and "is in segment Lapsed" in html
        assert "<select" not in html

    def test_whom_a_filter_names_is_hidden_from_a_viewer(self, viewer):
        jane = {"attribute": "email", "op": "is_any_of", "value": ["jane@example.com"]}
        segment = SegmentFactory(filter={"any": [jane, {"event": "jane@example.com"}]})
        html = viewer.get(page(segment)).content.decode()
        assert "Email is any of •••" in html.replace("E-mail", "Email") and "jane@example.com" not in html

    def test_personal_data_is_hidden_from_a_viewer(self, viewer):
        ProfileFactory(external_id="jane", country="DE", email="jane@example.com", last_name="Doe")
        html = viewer.get(page(SegmentFactory(filter=GERMANS), "segment_people")).content.decode()
        assert "jane" in html and "jane@example.com" not in html and "Doe" not in html
        assert "<strong>1</strong> person" in html

    def test_an_external_id_that_is_an_address_is_hidden_too(self, viewer):
        ProfileFactory(external_id="jane@example.com", country="DE")
        html = viewer.get(page(SegmentFactory(filter=GERMANS), "segment_people")).content.decode()
        assert "Some of them" in html and "jane" not in html

    def test_a_marketer_sees_some_of_the_people_and_by_what_they_can_be_matched(self, marketer):
        ProfileFactory(external_id="jane", country="DE", phone="")
        ProfileFactory(external_id="joe", country="DE", phone="+49 30 901820", email="none")
        html = marketer.post(reverse("audiences:filter_people"), form("", GERMANS)).content.decode()
        assert "jane@example.com" in html and "1 can’t be used: not an e-mail address" in html
        assert [html.partition(f"<dt>{name}</dt>")[2][:90].count(">50 %") for name in ("E-mail", "Phone")] == [1, 1]

    def test_the_page_takes_few_queries(self, marketer, django_assert_max_num_queries):
        for size in (1, 60):
            segment = SegmentFactory(filter={"all": [GERMANS] * size})
            with django_assert_max_num_queries(15):
                marketer.get(page(segment))


class TestDeleting:
    def test_a_marketer_is_asked_first(self, marketer):
        segment = SegmentFactory(name="Old")
        assert b"Delete Old?" in marketer.get(page(segment, "segment_delete")).content
        marketer.post(page(segment, "segment_delete"))
        assert not Segment.objects.exists()
        assert audited() == [("segment.deleted", "Old")]

    def test_one_that_is_used_stays(self, marketer):
        segment = SegmentFactory(name="Lapsed")
        draft(name="Win back", audience={"segment": "Lapsed"})
        answer = marketer.post(page(segment, "segment_delete"), follow=True)
        assert b"be deleted while it is used" in answer.content and b"Win back" in answer.content
        assert Segment.objects.exists() and not audited()


class TestRoles:
    @pytest.mark.parametrize("name", ["segment_new", "filter_edit", "filter_people"])
    def test_a_viewer_changes_nothing(self, viewer, name):
        assert viewer.post(reverse(f"audiences:{name}", query={"prefix": "filter"})).status_code == 403

    def test_a_viewer_can_neither_save_nor_delete(self, viewer):
        segment = SegmentFactory()
        assert viewer.post(page(segment), form("X", GERMANS)).status_code == 403
        assert viewer.post(page(segment, "segment_delete")).status_code == 403
        assert viewer.get(page(segment, "segment_delete")).status_code == 403

    def test_somebody_without_a_role_sees_nothing(self, client):
        nobody = user("Viewer")
        nobody.groups.clear()
        client.force_login(nobody)
        segment = SegmentFactory()
        for url in (reverse("audiences:segments"), reverse("audiences:segment_counts"), page(segment)):
            assert client.get(url).status_code == 403
        assert client.get(page(segment, "segment_people")).status_code == 403
