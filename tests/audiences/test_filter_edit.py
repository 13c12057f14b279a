"""The editor's own calls: what is posted comes back changed, counted, with its faults, and nothing is lost."""

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from audiences import filter_form
from audiences.models import CustomAttribute
from tests.cast import user
from tests.factories import ProfileFactory, SegmentFactory
from tests.html_forms import posted

GERMANS = {"attribute": "country", "op": "is", "value": "DE"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(db):
    CustomAttribute.objects.create(name="score", type="number")
    ProfileFactory(external_id="jane", country="DE")
    ProfileFactory(external_id="joe", country="US")


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


def fields(document, prefix: str = "filter") -> dict:
    editor = filter_form.editor(document, prefix)
    return posted(render_to_string("audiences/_filter.html", {"editor": editor})).dict()


def edit(client, document, action: str, at: str = "", prefix: str = "filter", **changed):
    query = {"prefix": prefix, "action": action, "at": at, "segment": changed.pop("segment", "")}
    data = fields(document, prefix) | {name.replace("__", "."): value for name, value in changed.items()}
    return client.post(reverse("audiences:filter_edit", query=query), data)


def back(response, prefix: str = "filter") -> dict:
    return filter_form.read(posted(response.content.decode()), prefix)


def test_what_was_written_is_kept_when_something_is_added(marketer):
    answer = edit(marketer, GERMANS, "any", filter__0__value="FR")
    assert back(answer) == {"all": [GERMANS | {"value": "FR"}, {"any": [{"attribute": "", "op": "is", "value": ""}]}]}


def test_the_count_is_exact(marketer):
    assert "<strong>1</strong> of 2 people" in edit(marketer, GERMANS, "count").content.decode()
    assert "<strong>2</strong> of 2 people" in edit(marketer, {"not": {"any": []}}, "count").content.decode()


def test_a_count_redraws_no_field_that_somebody_may_be_writing_in(marketer):
    assert not posted(edit(marketer, GERMANS, "count").content.decode())


def test_what_is_not_written_yet_is_no_fault_but_is_not_counted(marketer):
    html = edit(marketer, GERMANS, "condition").content.decode()
    assert "1 place to fill in" in html and "Choose an attribute." not in html


def test_a_fault_is_told_while_editing(marketer):
    document = {"attribute": "score", "op": "gt", "value": 5}
    html = edit(marketer, document, "count", filter__0__value="many").content.decode()
    assert "Write a number, such as 5 or 2.5." in html


def test_a_segment_that_leads_to_itself_is_told_at_once(marketer):
    SegmentFactory(name="B", filter={"segment": "A"})
    html = edit(marketer, {"segment": "B"}, "count", segment="A").content.decode()
    assert "lead in a circle" in html


def test_the_focus_goes_to_what_is_new_or_stands_where_something_was(marketer):
    assert 'id="filter-1-attribute"' in focused(edit(marketer, GERMANS, "condition"))
    assert 'id="filter-1-kind"' in focused(edit(marketer, GERMANS, "any"))
    two = {"all": [GERMANS, GERMANS | {"value": "FR"}]}
    assert 'id="filter-0-attribute"' in focused(edit(marketer, two, "remove", "1"))
    assert 'id="filter-kind"' in focused(edit(marketer, GERMANS, "remove", "0"))
    nested = {"all": [{"any": [GERMANS]}]}
    assert 'id="filter-0-kind"' in focused(edit(marketer, nested, "remove", "0.0"))


def focused(response) -> str:
    tags = response.content.decode().split("<")
    return next(tag for tag in tags if " autofocus" in tag)


def test_two_editors_on_a_page_are_told_apart_by_prefix(marketer):
    assert back(edit(marketer, GERMANS, "condition", prefix="path-2"), "path-2")["all"][0] == GERMANS


@pytest.mark.parametrize("query", [{"prefix": "a.b"}, {"prefix": "<"}, {}, {"action": "fly"}, {"at": "7"}])
def test_a_call_that_no_button_makes_is_refused(marketer, query):
    query = {"prefix": "filter", "action": "condition"} | query if query else {}
    assert marketer.post(reverse("audiences:filter_edit", query=query), fields(GERMANS)).status_code == 400


def test_what_no_database_can_store_is_told_and_no_more(marketer):
    html = edit(marketer, {"all": [GERMANS, {"segment": "A"}]}, "count", segment="\0", filter__0__value="a\0b").content
    assert b"a character that no database can store" in html


def test_a_viewer_may_not_find_out_by_counting(client):
    client.force_login(user("Viewer"))
    assert edit(client, GERMANS, "count").status_code == 403
    assert client.post(reverse("audiences:filter_people"), fields(GERMANS)).status_code == 403


def test_the_largest_filter_can_be_posted(marketer):
    day = {"attribute": "date_of_birth", "op": "before", "value": "2026-01-01T09:00Z"}
    answer = edit(marketer, {"all": [day] * 199}, "fields")
    assert back(answer) == {"all": [day] * 199}


def test_an_edit_takes_few_queries_however_large_the_filter(marketer, django_assert_max_num_queries):
    SegmentFactory(name="A")
    for size in (1, 50):
        with django_assert_max_num_queries(12):
            edit(marketer, {"all": [GERMANS, {"segment": "A"}] * size}, "condition")


def test_a_property_is_made_a_number_with_what_was_written(marketer):
    document = {"event": "viewed", "op": "exists", "where": [{"property": "price", "op": "is", "value": "9.5"}]}
    for written, number in (("9.5", 9.5), ("dear", 0)):
        chosen = {"filter__0__where__0__type": "number", "filter__0__where__0__value": written}
        [condition] = back(edit(marketer, document, "fields", **chosen))["all"]
        assert condition["where"] == [{"property": "price", "op": "is", "value": number}]
