"""A filter goes through the form unharmed, whatever it is; what is changed there is what was meant."""

import json

import pytest
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences import filter_form, filters
from audiences.models import CustomAttribute, EventName
from audiences.operators import OPS
from tests.factories import SegmentFactory
from tests.html_forms import posted
from tests.often import often

ODD = "a\"b.c'$[0]é%s \\ 😀<b>"
GERMANS = {"attribute": "country", "op": "is", "value": "DE"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def registry(db):
    types = {"plan": "text", ODD: "text", "score": "number", "vip": "boolean", "seen": "time", "segment": "text"}
    CustomAttribute.objects.bulk_create(CustomAttribute(name=name, type=kind) for name, kind in types.items())
    SegmentFactory(name="Lapsed")
    SegmentFactory(name='Odd "<&>')


def drawn(document, **options) -> str:
    return render_to_string("audiences/_filter.html", {"editor": filter_form.editor(document, **options)})


def through(document) -> dict:
    return filter_form.read(posted(drawn(document)))


def where(attribute: str, op: str, *value) -> dict:
    return {"attribute": attribute, "op": op} | ({"value": value[0]} if value else {})


TEXT = st.one_of(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=8),
                 st.sampled_from([" US", "a\nb", "x\r", "5", "true", ODD]))  # fmt: skip
NUMBER = st.one_of(st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False))
TIME = st.sampled_from(["2026-12-01", "2026-12-01T09:00", "2026-12-01T09:00:30Z", "2026-12-01 09:00:00.5+02:00",
                        "2026-12-01T0900", "0001-01-01T00:00Z", "2026-01-31"])  # fmt: skip
SPAN = st.sampled_from(["P30D", "P030D", "PT12H", "P2W", "P1DT2H", "PT90M", "P1W2D", "PT1H30M"])
TYPES = {
    "country": ("text", TEXT), "home_city": ("text", TEXT), "plan": ("text", TEXT), ODD: ("text", TEXT),
    "segment": ("text", TEXT), "score": ("number", NUMBER), "vip": ("boolean", st.booleans()),
    "seen": ("time", TIME), "dob": ("date", TIME), "date_of_birth": ("date", TIME),
}  # fmt: skip


@st.composite
def conditions(draw) -> dict:
    name = draw(st.sampled_from(list(TYPES)))
    kind, values = TYPES[name]
    op = draw(st.sampled_from(OPS[kind]))
    if op.endswith("exists"):
        return where(name, op)
    if op.endswith("within_last"):
        return where(name, op, draw(SPAN))
    return where(name, op, draw(st.lists(values, min_size=1, max_size=3) if op == "is_any_of" else values))


SEGMENTS = st.sampled_from([{"segment": "Lapsed"}, {"segment": 'Odd "<&>'}])
COUNTS = st.one_of(
    st.sampled_from([{"op": "exists"}, {"op": "not_exists"}]),
    st.builds(lambda op, n: {"op": op, "value": n}, st.sampled_from(["at_least", "at_most", "is"]), st.integers(0, 99)),
)
WITHIN = st.one_of(st.just({}), st.builds(lambda span: {"within": span}, SPAN))
PROPERTIES = st.one_of(
    st.builds(lambda op, value: {"op": op, "value": value}, st.sampled_from(["is", "contains", "is_not"]), TEXT),
    st.builds(lambda op, value: {"op": op, "value": value}, st.sampled_from(["gt", "is"]), NUMBER),
    st.builds(lambda values: {"op": "is_any_of", "value": values}, st.lists(TEXT, min_size=1, max_size=3)),
    st.sampled_from([{"op": "exists"}, {"op": "not_exists"}, {"op": "is", "value": True}]),
)
WHERE = st.one_of(
    st.just({}), st.builds(lambda name, some: {"where": [{"property": name} | one for one in some]}, TEXT,
                           st.lists(PROPERTIES, max_size=3)),
)  # fmt: skip
DEEDS = st.one_of(
    st.builds(lambda key, name, count, within, some: {key: name} | count | within | some,
              st.sampled_from(["event", "purchase"]), TEXT, COUNTS, WITHIN, WHERE),
    st.builds(lambda op, value, within: {"purchase_total": "USD", "op": op, "value": value} | within,
              st.sampled_from(["gt", "gte", "lt", "lte"]), NUMBER, WITHIN),
)  # fmt: skip
DOCUMENTS = st.recursive(
    st.one_of(conditions(), SEGMENTS, DEEDS),
    lambda inner: st.one_of(
        st.builds(lambda members: {"all": members}, st.lists(inner, max_size=3)),
        st.builds(lambda members: {"any": members}, st.lists(inner, max_size=3)),
        st.builds(lambda member: {"not": member}, inner),
    ),
    max_leaves=8,
)


def towers(member: dict, depth: int) -> dict:
    for level in range(depth):
        member = ({"any": [member]}, {"not": member}, {"all": [member, GERMANS]})[level % 3]
    return member


class TestThereAndBack:
    @given(document=DOCUMENTS)
    @settings(max_examples=often(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_every_filter_comes_back_as_it_was(self, document):
        if not filters.check(document):
            back = through(document)
            assert json.dumps(back, sort_keys=True) == json.dumps(filter_form.normal(document), sort_keys=True)
            assert through(back) == back

    @given(document=DOCUMENTS)
    @settings(max_examples=often(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_the_normal_form_means_the_same(self, document):
        if not filters.check(document):
            normal = filter_form.normal(document)
            assert meaning(normal) == meaning(document)

    @pytest.mark.parametrize("depth", range(filters.DEEPEST))
    def test_what_is_deeper_than_the_form_shows_is_kept(self, depth):
        document = towers(where("score", "gt", 5), depth)
        assert filters.check(document) == []
        assert through(document) == filter_form.normal(document)
        assert filters.check(through(document)) == []

    @pytest.mark.parametrize(
        "document", [None, 5, {}, {"all": 1}, {"event": "x"}, where("gone", "gt", 5), where("score", "is", "five")]
    )
    def test_a_filter_that_is_refused_is_kept_too(self, document):
        assert through(document) == {"all": [document]}

    def test_nothing_posted_is_everybody(self):
        assert filter_form.read(QueryDict()) == {"all": []}


def meaning(document, flipped: bool = False) -> str:
    """The document with every `not` pushed down to its conditions."""
    if "not" in document:
        return meaning(document["not"], not flipped)
    for kind, other in (("all", "any"), ("any", "all")):
        if kind in document:
            parts = [meaning(member, flipped) for member in document[kind]]
            return parts[0] if len(parts) == 1 else f"{other if flipped else kind}({', '.join(parts)})"
    return ("not " if flipped else "") + json.dumps(document, sort_keys=True)


class TestWhatIsDrawn:
    def test_only_what_fits_the_type_is_offered(self):
        html = drawn(where("score", "gt", 5))
        assert "is more than" in html and "contains" not in html
        assert "does not contain" in drawn(GERMANS)

    def test_a_span_is_a_number_and_a_unit(self):
        data = posted(drawn(where("seen", "within_last", "PT12H")))
        assert (data["filter.0.number"], data["filter.0.unit"]) == ("12", "H")

    def test_what_people_did_is_fields_and_a_sentence(self):
        document = {"event": "viewed", "op": "at_least", "value": 3, "within": "P30D",
                    "where": [{"property": "sku", "op": "is", "value": "A"}]}  # fmt: skip
        data = posted(drawn(document))
        assert data["filter.0.attribute"] == ":event" and data["filter.0.where.0.value"] == "A"
        [_, deed] = filter_form.editor(document).nodes
        assert deed.sentence == "did viewed at least 3 times within the last 30 days where sku is A"
        assert deed.discreet == "did viewed at least 3 times within the last 30 days where sku is •••"
        [_, total] = filter_form.editor({"purchase_total": "USD", "op": "gte", "value": 500}).nodes
        assert "<datalist" not in drawn({"event": "", "op": "exists"})
        EventName.objects.create(name="viewed")
        assert '<option value="viewed">' in drawn({"event": "", "op": "exists"})
        assert total.sentence == "spent at least 500 in USD"

    def test_a_fault_of_a_property_stands_beside_its_field(self):
        document = {"event": "", "op": "at_least", "value": "x", "within": "P1Y",
                    "where": [{"property": "", "op": "gt", "value": "five"}]}  # fmt: skip
        document["where"][0]["op"] = "is"
        [_, deed] = filter_form.editor(document, faults=filters.check(document)).nodes
        assert deed.faults.keys() >= {"event", "value"} and deed.rows[0].faults.keys() == {"property"}
        assert "Write the name of the event." in deed.messages

    def test_a_negated_condition_is_one_condition(self):
        assert posted(drawn({"not": where("plan", "contains", "x")}))["filter.0.op"] == "not contains"

    def test_every_fault_stands_beside_its_field(self):
        document = {
            "any": [{"not": {"all": [where("score", "gt", "many")]}}, {"segment": ""}, where("gone", "is", "x")]
        }
        nodes = {node.name: node for node in filter_form.editor(document, faults=filters.check(document)).nodes}
        assert nodes["filter.0.0"].faults == {"value": ["Write a number, such as 5 or 2.5."]}
        assert nodes["filter.1"].faults == {"named": ["Choose a segment."]}
        assert "No profile has ever had" in nodes["filter.2"].faults["attribute"][0]

    def test_a_wrong_line_of_a_list_is_named(self):
        document = where("score", "is_any_of", [1, "two"])
        editor = filter_form.editor(document, faults=filters.check(document))
        assert editor.nodes[1].messages == ["Line 2: Write a number, such as 5 or 2.5."]

    def test_a_fault_of_a_filter_within_a_larger_document_is_found_by_its_base(self):
        base = "steps[2].settings.filter"
        faults = filters.check({"all": [{"segment": "Gone"}]}, base)
        editor = filter_form.editor({"all": [{"segment": "Gone"}]}, faults=faults, base=base)
        assert editor.nodes[1].messages == ["There is no segment called Gone."]

    def test_a_filter_is_drawn_with_two_queries_however_large(self, django_assert_num_queries):
        for size in (1, 150):
            with django_assert_num_queries(2):
                drawn({"all": [GERMANS, {"segment": "Lapsed"}] * size})


class TestReading:
    def test_another_attribute_gets_an_op_and_a_value_that_fit(self):
        data = posted(drawn(where("plan", "contains", "x")))
        data["filter.0.attribute"] = "score"
        assert filter_form.read(data) == {"all": [where("score", "is", "")]}

    def test_an_attribute_of_the_same_type_keeps_both(self):
        data = posted(drawn(where("plan", "contains", "x")))
        data["filter.0.attribute"] = "country"
        assert filter_form.read(data) == {"all": [where("country", "contains", "x")]}

    def test_something_else_may_be_chosen_and_starts_blank(self):
        data = posted(drawn(GERMANS))
        data["filter.0.attribute"] = ":event"
        assert filter_form.read(data) == {"all": [{"event": "", "op": "exists"}]}
        data = posted(drawn(filter_form.read(data)))
        data["filter.0.attribute"] = ":segment"
        assert filter_form.read(data) == {"all": [{"segment": ""}]}
        data = posted(drawn({"segment": "Lapsed"}))
        data["filter.0.attribute"] = "score"
        assert filter_form.read(data) == {"all": [where("score", "is", "")]}

    def test_another_op_of_a_deed_asks_for_a_number(self):
        data = posted(drawn({"purchase": "any", "op": "exists"}))
        data["filter.0.op"] = "at_least"
        assert filter_form.read(data) == {"all": [{"purchase": "any", "op": "at_least", "value": ""}]}

    def test_a_value_moves_into_a_list_and_out_of_it(self):
        data = posted(drawn(GERMANS))
        data["filter.0.op"] = "is_any_of"
        many = filter_form.read(data)
        assert many == {"all": [where("country", "is_any_of", ["DE"])]}
        data = posted(drawn(many))
        data["filter.0.op"] = "is_not"
        assert filter_form.read(data) == {"all": [where("country", "is_not", "DE")]}

    def test_lists_are_written_one_a_line(self):
        data = posted(drawn(where("country", "is_any_of", ["DE"])))
        data["filter.0.value"] = " DE\r\n\r\nFR \r\n"
        assert filter_form.read(data) == {"all": [where("country", "is_any_of", ["DE", "FR"])]}

    def test_what_no_editor_made_is_refused(self):
        for fields in ("f.kind=all&f.0.kind=json&f.0.json={", "f.kind=all&f.0.kind=odd"):
            with pytest.raises(SuspiciousOperation):
                filter_form.read(QueryDict(fields), "f")

    def test_a_bottomless_form_is_read_to_the_grammars_depth(self):
        names = ["f" + ".0" * depth for depth in range(900)]
        data = QueryDict("&".join(f"{name}.kind=all" for name in names))
        assert filters.check(filter_form.read(data, "f"))


class TestEditing:
    def test_things_are_added_at_the_end_of_a_group(self):
        document = {"all": [{"any": [GERMANS]}]}
        assert filter_form.edited(document, "condition", "0") == {"all": [{"any": [GERMANS, where("", "is", "")]}]}
        assert filter_form.edited(GERMANS, "any")["all"][1] == {"any": [where("", "is", "")]}
        assert document == {"all": [{"any": [GERMANS]}]}

    def test_a_property_is_added_and_dropped(self):
        document = {"all": [GERMANS, {"event": "viewed", "op": "exists"}]}
        more = filter_form.edited(document, "property", "1")
        assert more["all"][1]["where"] == [{"property": "", "op": "is", "value": ""}]
        assert filter_form.edited(more, "drop", "1.0")["all"][1]["where"] == []

    def test_things_are_removed(self):
        document = {"all": [GERMANS, {"not": {"any": [{"segment": "Lapsed"}, GERMANS]}}]}
        assert filter_form.edited(document, "remove", "1.0") == {"all": [GERMANS, {"not": {"any": [GERMANS]}}]}
        assert filter_form.edited(document, "remove", "1") == {"all": [GERMANS]}

    @pytest.mark.parametrize(
        ("action", "at"), [("remove", ""), ("remove", "7"), ("fly", ""), ("all", "0"), ("all", "x")]
    )
    def test_where_nothing_is_nothing_is_done(self, action, at):
        with pytest.raises((LookupError, ValueError)):
            filter_form.edited({"all": [GERMANS]}, action, at)
