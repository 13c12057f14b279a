"""The list of people and one person's page: who may see what, what is found, and at what cost."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audiences import people
from audiences.models import CustomAttribute, Profile
from tests.cast import user
from tests.factories import ProfileFactory, SegmentFactory

pytestmark = pytest.mark.django_db
LIST, SEARCH = "/audience/profiles/", "/audience/profiles/search/"


@pytest.fixture
def as_role(client):
    def as_role(role: str):
        client.force_login(user(role), backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return as_role


@pytest.fixture
def jane() -> Profile:
    CustomAttribute.objects.create(name="hobby", type="text")
    CustomAttribute.objects.create(name="seen", type="time")
    return ProfileFactory(
        external_id="cust_1", email="Jane.Okafor@example.com", phone="+1 415", first_name="Jane", last_name="Okafor",
        zip="94110", date_of_birth="1988-04-11", attributes={"hobby": "sailing", "seen": "2026-01-02T10:00:00Z"},
    )  # fmt: skip


def found(client, term: str, **more) -> list[str]:
    answer = client.post(SEARCH, {"q": term} | more, headers={"HX-Request": "true"})
    return [profile.external_id for profile in answer.context["page"].people]


class TestWhoMaySee:
    @pytest.mark.parametrize("path", [LIST, f"{LIST}1/"])
    def test_nobody_without_a_sign_in(self, client, path):
        assert client.get(path).headers["Location"].startswith("/accounts/login/")
        assert client.post(SEARCH, {"q": "j"}).status_code == 302

    def test_nobody_without_the_role(self, client):
        stranger = user("Viewer")
        stranger.groups.clear()
        client.force_login(stranger, backend="allauth.account.auth_backends.AuthenticationBackend")
        ProfileFactory(email="secret@example.com")
        for answer in (client.get(LIST), client.post(SEARCH, {"q": "s"}), client.get(f"{LIST}1/")):
            assert answer.status_code == 403
            assert b"secret" not in answer.content

    def test_a_marketer_sees_everything(self, as_role, jane):
        words = as_role("Marketer").get(f"{LIST}{jane.pk}/").content.decode()
        for known in ("Jane Okafor", "Jane.Okafor@example.com", "+1 415", "94110", "11 April 1988", "sailing"):
            assert known in words
        assert "2 Jan 2026 10:00" in words

    def test_a_value_of_another_type_is_shown_as_it_is(self, as_role, jane):
        Profile.objects.update(attributes={"seen": "long ago", "hobby": ["sailing", 5], "unknown": None})
        words = as_role("Marketer").get(f"{LIST}{jane.pk}/").content.decode()
        assert "long ago" in words and "sailing" in words

    def test_a_viewer_sees_masks(self, as_role, jane):
        viewer = as_role("Viewer")
        for path in (LIST, f"{LIST}{jane.pk}/"):
            words = viewer.get(path).content.decode()
            assert "J…@example.com" in words and "cust_1" in words
            for hidden in ("Okafor", "Jane", "+1 415", "94110", "1988", "sailing"):
                assert hidden not in words, hidden

    def test_a_person_who_is_not_there_is_404(self, as_role):
        assert as_role("Viewer").get(f"{LIST}12345/").status_code == 404


class TestTheSearch:
    @pytest.mark.parametrize(
        "term",
        ["cust_1", "CUST", "jane.ok", "Jane.Okafor@example.com", "+1 4", "jan", "okaf", "jane ok", "ja okafor", " ja "],
    )
    def test_a_marketer_finds_by_how_anything_begins(self, as_role, jane, term):
        ProfileFactory(external_id="other", first_name="Tom", last_name="Thorn")
        assert found(as_role("Marketer"), term) == ["cust_1"]

    @pytest.mark.parametrize("term", ["émile", "ÉMI", "Émile straSSE"])
    def test_case_does_not_matter_in_any_script(self, as_role, term):
        ProfileFactory(external_id="emile", first_name="Émile", last_name="Straße")
        assert found(as_role("Marketer"), term) == ["emile"]

    @pytest.mark.parametrize("term", ["kafor", "%", "_", "jane tho", "x" * 321, "a\x00"])
    def test_the_middle_is_not_searched_and_signs_mean_themselves(self, as_role, jane, term):
        assert found(as_role("Marketer"), term) == []

    def test_a_viewer_cannot_guess_letter_by_letter(self, as_role, jane):
        viewer = as_role("Viewer")
        for guess in ("jane", "okaf", "jane.ok", "jane okafor", "+1 4"):
            assert found(viewer, guess) == []
        for whole in ("cust_", "jane.okafor@EXAMPLE.com", "+1 415"):
            assert found(viewer, whole) == ["cust_1"]

    def test_what_is_searched_for_is_in_no_address(self, as_role, jane):
        page = as_role("Marketer").get(f"{LIST}?q=okafor")
        assert page.context["term"] == ""
        assert b'role="search"' in page.content and b'method="get"' not in page.content

    def test_a_browser_without_script_gets_the_whole_page(self, as_role, jane):
        answer = as_role("Marketer").post(SEARCH, {"q": "nobody"})
        assert b"<h1>Profiles</h1>" in answer.content and b"Nobody is found." in answer.content

    def test_it_reads_an_index_for_each_way(self):
        if database.vendor == "postgresql":
            with database.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
        for field, way in zip(people.BEGINNINGS, people.ways("jane", unmasked=True), strict=True):
            assert f"profile_by_{field}" in people.searchable().filter(way).explain()

    def test_many_are_found_as_well_as_few(self, as_role, monkeypatch):
        monkeypatch.setattr(people, "FEW", 2)
        ProfileFactory.create_batch(4, first_name="Zoe")
        ProfileFactory.create_batch(2, first_name="Yan")
        assert (len(found(as_role("Marketer"), "zo")), len(found(as_role("Marketer"), "ya"))) == (4, 2)


class TestPages:
    def test_they_lead_forth_and_back(self, as_role, monkeypatch):
        monkeypatch.setattr(people, "PAGE", 2)
        ProfileFactory.create_batch(5)
        client, seen, asked = as_role("Marketer"), [], {}
        while True:
            page = client.post(SEARCH, asked).context["page"]
            seen.append([profile.pk for profile in page.people])
            if page.after is None:
                break
            asked = {"after": page.after}
        assert [len(some) for some in seen] == [2, 2, 1]
        back = client.post(SEARCH, {"before": page.before}).context["page"]
        assert [profile.pk for profile in back.people] == seen[1]
        first = client.post(SEARCH, {"before": back.before}).context["page"]
        assert ([profile.pk for profile in first.people], first.before) == (seen[0], None)

    @pytest.mark.parametrize("after", ["x", "-1", str(2**70)])
    def test_nonsense_is_an_empty_page(self, as_role, jane, after):
        assert as_role("Marketer").post(SEARCH, {"after": after}).status_code == 200

    def test_nobody_yet_leads_to_the_import(self, as_role):
        assert reverse("audiences:imports").encode() in as_role("Marketer").get(LIST).content
        assert reverse("audiences:imports").encode() not in as_role("Viewer").get(LIST).content


class TestTheCost:
    def queries(self, client, path: str) -> int:
        with CaptureQueriesContext(database) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    def test_the_list(self, as_role):
        client = as_role("Viewer")
        ProfileFactory()
        few = self.queries(client, LIST)
        ProfileFactory.create_batch(30)
        assert self.queries(client, LIST) == few <= 20

    def test_a_search(self, as_role, jane, django_assert_max_num_queries):
        client = as_role("Marketer")
        with django_assert_max_num_queries(20):
            assert found(client, "jane okafor") == ["cust_1"]

    def test_a_page(self, as_role, jane):
        client = as_role("Viewer")
        SegmentFactory()
        few = self.queries(client, f"{LIST}{jane.pk}/")
        SegmentFactory.create_batch(20)
        assert self.queries(client, f"{LIST}{jane.pk}/") == few <= 20
