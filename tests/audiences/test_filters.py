"""What a filter means, who it finds, and what it refuses. Both databases must say the same as plain Python."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Case, Count, Value, When
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences import filters
from audiences.folding import Fold, fold
from audiences.models import CustomAttribute, Event, Profile
from tests.factories import ProfileFactory, SegmentFactory
from tests.often import often

NOW = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)
ODD = "a\"b.c'$[0]é%s \\ 😀"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def registry(db, settings):
    settings.TIME_ZONE = "America/New_York"
    types = {"plan": "text", ODD: "text", "score": "number", "vip": "boolean", "seen": "time"}
    CustomAttribute.objects.bulk_create(CustomAttribute(name=name, type=kind) for name, kind in types.items())


def found(document: dict) -> set[str]:
    people = Profile.objects.filter(filters.condition(document, NOW))
    return set(people.values_list("external_id", flat=True))


def where(attribute: str, op: str, *value) -> dict:
    return {"attribute": attribute, "op": op} | ({"value": value[0]} if value else {})


def person(name: str, **fields) -> Profile:
    return ProfileFactory(external_id=name, **fields)


def faults(document, **options) -> dict[str, str]:
    return {fault.path: fault.message for fault in filters.check(document, **options)}


class TestGroups:
    def test_all_of_nothing_is_everybody_and_any_of_nothing_is_nobody(self):
        person("jane")
        assert found({"all": []}) == {"jane"}
        assert found({"any": []}) == set()

    def test_the_empty_groups_keep_their_meaning_inside_others(self):
        person("jane")
        assert found({"not": {"all": []}}) == set()
        assert found({"not": {"any": []}}) == {"jane"}
        assert found({"any": [{"all": []}, where("country", "is", "nowhere")]}) == {"jane"}
        assert found({"all": [{"any": []}, where("country", "exists")]}) == set()

    def test_groups_join_conditions(self):
        person("jane", city="Rome", country="IT")
        person("joe", city="Rome", country="US")
        rome, italy = where("city", "is", "rome"), where("country", "is", "it")
        assert found({"all": [rome, italy]}) == {"jane"}
        assert found({"all": [rome, {"not": italy}]}) == {"joe"}
        assert found({"any": [rome, italy]}) == {"jane", "joe"}

    def test_the_deepest_filter_that_is_taken_can_be_run(self):
        person("jane")
        document = where(ODD, "starts_with", "x")
        for depth in range(filters.DEEPEST - 1):
            other = where("plan", "is_any_of", ["x"])
            document = ({"all": [other, document]}, {"not": document}, {"any": [other, document]})[depth % 3]
        assert len(found(document)) in (0, 1)

    def test_the_widest_filter_that_is_taken_can_be_run(self):
        person("jane")
        many = [where("seen", "is_not", "2026-01-01")] * (filters.MOST_CONDITIONS - 1)
        assert found({"all": many}) == {"jane"}
        assert found(where("plan", "is_any_of", ["x"] * filters.MOST_VALUES)) == set()


class TestText:
    def test_case_is_ignored_in_every_script(self):
        person("jane", city="Straße", last_name="ΟΔΥΣΣΕΥΣ", first_name="İpek")
        assert found(where("city", "is", "STRASSE")) == {"jane"}
        assert found(where("last_name", "is", "οδυσσευς")) == {"jane"}
        assert found(where("first_name", "starts_with", "i̇P")) == {"jane"}

    def test_wildcards_are_plain_characters(self):
        person("jane", city="50%_\\x")
        person("joe", city="50abc")
        for piece in ("50%", "%_", "_\\", "\\X"):
            assert found(where("city", "contains", piece)) == {"jane"}
        assert found(where("city", "starts_with", "5_")) == set()

    def test_one_of_a_list(self):
        person("jane", country="DE")
        person("joe", country="US")
        assert found(where("country", "is_any_of", ["de", "fr"])) == {"jane"}

    def test_aliases_name_the_same_attribute(self):
        person("jane", city="Rome", date_of_birth=date(1990, 1, 2))
        assert found(where("home_city", "is", "rome")) == found(where("dob", "is", "1990-01-02")) == {"jane"}

    def test_a_name_with_every_odd_character_is_just_a_name(self):
        person("jane", attributes={ODD: "Gold"})
        assert found(where(ODD, "is", "gold")) == {"jane"}

    def test_values_are_never_read_as_sql(self):
        person("jane")
        assert found(where("city", "is", "' OR 1=1 --")) == set()
        assert found(where("plan", "contains", "%s %(x)s ' \" \\")) == set()


class TestTheIndexOverCustomAttributes:
    @pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has none.")
    @pytest.mark.parametrize(
        "document",
        [
            where("plan", "is", "Gold"), where("plan", "is_any_of", ["gold", "é"]), where("vip", "is", True),
            where("score", "is", 5), where(ODD, "is", "x"),
        ],
    )  # fmt: skip
    def test_who_holds_a_value_is_found_by_it(self, document):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Profile.objects.filter(filters.condition(document, NOW)).explain()
        assert "profile_by_attributes" in plan

    def test_names_that_only_differ_in_case_are_told_apart(self):
        CustomAttribute.objects.create(name="Plan", type="text")
        person("jane", attributes={"plan": "gold", "Plan": "basic"})
        assert found(where("plan", "is", "GOLD")) == found(where("Plan", "is", "Basic")) == {"jane"}
        assert found(where("Plan", "is", "gold")) == set()


class TestMissing:
    NEGATIVE = (("is_not", "x"), ("not_exists",))

    @pytest.mark.parametrize("attributes", [{}, {"plan": None}, {"plan": ""}, {"plan": 5}, {"plan": ["x"]}])
    def test_a_missing_custom_text_matches_negative_forms_only(self, attributes):
        person("jane", attributes=attributes)
        for op in self.NEGATIVE:
            assert found(where("plan", *op)) == {"jane"}
        for op in (("is", "x"), ("is_any_of", ["x"]), ("contains", "x"), ("starts_with", "x"), ("exists",)):
            assert found(where("plan", *op)) == set()
            assert found({"not": where("plan", *op)}) == {"jane"}
            assert found({"not": {"not": where("plan", *op)}}) == set()

    def test_an_empty_built_in_text_is_missing(self):
        person("jane", city="")
        assert found(where("city", "exists")) == set()
        assert found(where("city", "is_not", "Rome")) == {"jane"}

    def test_a_person_without_a_date_of_birth_is_neither_before_nor_after(self):
        person("jane")
        assert found(where("dob", "before", "2000-01-01")) == found(where("dob", "after", "2000-01-01")) == set()
        assert found({"not": where("dob", "before", "2000-01-01")}) == {"jane"}
        assert found(where("dob", "not_within_last", "P30D")) == {"jane"}


class TestNumbersAndBooleans:
    def test_numbers_compare_as_numbers(self):
        for score in (9, 10, 10.5, -1):
            person(str(score), attributes={"score": score})
        assert found(where("score", "gt", 9)) == {"10", "10.5"}
        assert found(where("score", "lte", 9.0)) == {"9", "-1"}
        assert found(where("score", "is_any_of", [10, -1])) == {"10", "-1"}
        assert found(where("score", "is_not", 10)) == {"9", "10.5", "-1"}

    def test_a_huge_number_in_the_filter_is_only_large(self):
        person("jane", attributes={"score": 5})
        assert found(where("score", "lt", 10**300)) == {"jane"}

    def test_true_is_not_one(self):
        person("yes", attributes={"vip": True, "score": 1})
        person("no", attributes={"vip": False, "score": 0})
        person("one", attributes={"vip": 1, "score": True})
        assert found(where("vip", "is", True)) == {"yes"}
        assert found(where("vip", "is", False)) == {"no"}
        assert found(where("vip", "is_any_of", [True, False])) == {"yes", "no"}
        assert found(where("score", "gte", 1)) == {"yes"}


class TestTimes:
    @pytest.fixture(autouse=True)
    def cast(self, registry):
        self.last_night = "2026-11-24T04:59:59Z"  # 23:59:59 on the 23rd in New York
        self.midnight = "2026-11-24T05:00:00Z"
        for name, time in {"a": self.last_night, "b": self.midnight, "c": "2026-11-25T05:00:00Z"}.items():
            person(name, attributes={"seen": time})
        person("nobody")

    def test_a_date_is_the_company_s_whole_day(self):
        assert found(where("seen", "is", "2026-11-24")) == {"b"}
        assert found(where("seen", "before", "2026-11-24")) == {"a"}
        assert found(where("seen", "after", "2026-11-24")) == {"c"}

    def test_a_time_is_a_moment_in_any_offset(self):
        assert found(where("seen", "is", "2026-11-24T06:00:00+01:00")) == {"b"}
        assert found(where("seen", "before", "2026-11-24T00:00:00")) == {"a"}
        assert found(where("seen", "after", "2026-11-24T05:00Z")) == {"c"}

    def test_the_last_days_end_now(self):
        assert found(where("seen", "within_last", "PT7H30S")) == {"b"}
        assert found(where("seen", "within_last", "P1D")) == {"a", "b"}
        assert found(where("seen", "not_within_last", "P1D")) == {"c", "nobody"}

    def test_a_date_of_birth_counts_in_days(self):
        person("baby", date_of_birth=date(2026, 11, 17))
        assert found(where("dob", "within_last", "P1W")) == {"baby"}
        assert found(where("dob", "within_last", "P6D")) == set()
        assert found(where("dob", "before", "2026-11-18T01:00:00Z")) == set()
        assert found(where("dob", "before", "2026-11-18T05:00:00Z")) == {"baby"}


class TestSegments:
    def test_a_segment_stands_for_its_filter(self):
        person("jane", country="DE")
        person("joe", country="US")
        SegmentFactory(name="Germans", filter=where("country", "is", "DE"))
        SegmentFactory(name="Others", filter={"not": {"segment": "Germans"}})
        assert found({"segment": "Others"}) == {"joe"}

    def test_a_circle_is_refused_where_it_is_named(self):
        SegmentFactory(name="A", filter={"any": [{"segment": "B"}]})
        SegmentFactory(name="B", filter={"not": {"segment": "A"}})
        assert "circle: A > B > A" in faults({"segment": "A"})["filter.segment"]
        assert "circle" in faults({"all": [{"segment": "B"}]}, segment="A")["filter.all[0].segment"]

    def test_an_unknown_segment_is_refused_with_a_suggestion(self):
        SegmentFactory(name="Lapsed")
        assert faults({"segment": "Lapsd"}) == {
            "filter.segment": "There is no segment called Lapsd. Did you mean Lapsed?"
        }

    def test_a_segment_that_broke_is_told_at_its_name(self):
        SegmentFactory(name="Old", filter={"all": [where("city", "exists"), {"any": [where("gone", "exists")]}]})
        said = faults({"segment": "Old"}, base="audience")["audience.segment"]
        assert said.startswith('The segment "Old" can\'t be used. In condition 2.1 of the filter: No profile')

    def test_segments_that_grow_without_end_are_refused(self):
        SegmentFactory(name="S0", filter={"all": [where("city", "exists")] * 10})
        for n in range(1, 4):
            SegmentFactory(name=f"S{n}", filter={"all": [{"segment": f"S{n - 1}"}] * 10})
        assert "at most 200" in faults({"segment": "S3"})["filter.segment"]


class TestRefusals:
    def test_every_wrong_path_is_told_at_once(self):
        document = {
            "all": [where("plan", "is", 5), {"any": [where("score", "contains", "x"), {"nope": 1}]}, 7],
            "extra": 1,
        }
        assert set(faults(document, base="audience.filter")) == {
            "audience.filter.extra",
            "audience.filter.all[0].value",
            "audience.filter.all[1].any[0].op",
            "audience.filter.all[1].any[1].nope",
            "audience.filter.all[2]",
        }

    @pytest.mark.parametrize(
        ("document", "path", "words"),
        [
            ([], "filter", "JSON object"),
            ({}, "filter", "Say who is meant"),
            ({"all": {}}, "filter.all", "Write a list"),
            (where("plam", "exists"), "filter.attribute", "called plam. Did you mean plan?"),
            (where(5, "exists"), "filter.attribute", "name of an attribute"),
            (where("plan", "resembles", "x"), "filter.op", "Unknown op. Known: is, is_not"),
            (where("plan", "at_least", 1), "filter.op", "belongs to conditions on events"),
            (where("plan", "gt", 1), "filter.op", "plan is a text: use one of is,"),
            (where("vip", "is", "true"), "filter.value", "true or false"),
            (where("score", "gt", True), "filter.value", "Write a number"),
            (where("score", "gt", float("nan")), "filter.value", "too large"),
            (where("score", "gt", 10**400), "filter.value", "too large"),
            (where("plan", "is"), "filter.value", "not empty"),
            (where("plan", "is", "a\x00"), "filter.value", "no database"),
            (where("plan", "is", "\ud800"), "filter.value", "no database"),
            (where("plan", "is", "x" * 1001), "filter.value", "too long"),
            (where("plan", "exists", 1), "filter.value", "takes no value"),
            (where("plan", "is_any_of", []), "filter.value", "at least one"),
            (where("plan", "is_any_of", ["a", 5]), "filter.value[1]", "Write a text"),
            (where("plan", "is_any_of", ["a"] * 5001), "filter.value", "at most 5000"),
            (where("seen", "is_any_of", ["2026-01-01"] * 201), "filter.value", "at most 200"),
            (where("seen", "before", "01/02/2026"), "filter.value", "Write a date like"),
            (where("seen", "before", "2026-02-30"), "filter.value", "no such date"),
            (where("seen", "is", "9999-12-31"), "filter.value", "out of range"),
            (where("seen", "within_last", "P1Y"), "filter.value", "Months and years"),
            (where("seen", "within_last", "P"), "filter.value", "Write a duration"),
            (where("seen", "within_last", "PT0S"), "filter.value", "longer than nothing"),
            ({"segment": 5}, "filter.segment", "name of a segment"),
            ({"\ud800": 5}, "filter.?", "Unknown key"),
            (where("\ud800", "exists"), "filter.attribute", "called ?."),
            ({"segment": "a\x00"}, "filter.segment", "name of a segment"),
        ],
    )
    def test_it_says_where_and_what_to_write(self, document, path, words):
        assert words in faults(document)[path]

    def test_too_deep_and_too_many(self):
        deep = {"all": []}
        for _ in range(5000):
            deep = {"not": deep}
        assert "nested too deep" in next(iter(faults(deep).values()))
        assert list(faults({"all": [{"all": []}] * 100_000}).values())[0].startswith("A filter has at most 200")

    def test_a_wrong_filter_makes_no_condition(self):
        with pytest.raises(filters.FilterRefused) as refused:
            filters.condition({"all": [1, 2]}, NOW)
        assert [fault.path for fault in refused.value.faults] == ["filter.all[0]", "filter.all[1]"]


class TestFromOtherModels:
    """Event stands for any model with a foreign key to the profile."""

    @pytest.fixture(autouse=True)
    def cast(self, registry):
        for name, plan in (("jane", "gold"), ("joe", None)):
            profile = person(name, attributes={"plan": plan} if plan else {})
            Event.objects.create(profile=profile, name=name, time=NOW)

    def names(self, condition) -> set[str]:
        return set(Event.objects.filter(condition).values_list("name", flat=True))

    def test_the_prefix_leads_to_the_profile(self):
        gold = filters.condition(where("plan", "is", "GOLD"), NOW, "profile__")
        assert self.names(gold) == {"jane"}
        assert self.names(~gold) == {"joe"}

    def test_it_can_stand_in_a_case_a_group_and_an_update(self):
        gold = filters.condition(where("plan", "is", "GOLD"), NOW, "profile__")
        branch = Case(When(gold, then=Value("yes")), default=Value("no"))
        counts = Event.objects.annotate(branch=branch).values_list("branch").annotate(Count("id"))
        assert dict(counts) == {"yes": 1, "no": 1}
        assert Event.objects.filter(gold).update(name="changed") == 1

    def test_each_extra_condition_costs_no_extra_query(self, django_assert_num_queries):
        document = {"all": [where("plan", "exists"), where("score", "not_exists"), where("city", "not_exists")]}
        with django_assert_num_queries(2):
            assert found(document) == {"jane"}


# --- The same in plain Python -----------------------------------------------------------------------------------

ZONE = ZoneInfo("America/New_York")
TEXTS = ["", "a", "A%", "_b", "\\", "ß", "SS", "İ", "i̇", "ı", "I", "σς", "ΣΣ", "ﬁ", "FI", "é", "É", "'", '"', "x%_y"]
TIMES = ["2026-11-24T05:00:00Z", "2026-11-24T12:00:30Z", "2026-11-23T12:00:30Z", "2026-11-23T12:00:29Z",
         "2026-11-24T12:00:31Z"]  # fmt: skip
DAYS = ["2026-11-24", "2026-11-23", "2026-11-22", "2026-11-25"]
NUMBERS = [0, -1, 1, 1.5, 0.1, 10, 9, 1e15, 123456789012345]
text = st.sampled_from(TEXTS) | st.text("aAßẞİıσςΣ%_\\ é", max_size=3)
full_text = text.filter(bool)
when = st.sampled_from(TIMES + DAYS + ["2026-11-24T07:00:30", "2026-11-24T13:00:30+01:00"])
span = st.sampled_from(["P1D", "PT24H", "P2D", "PT7H", "P1W", "PT1S"])
number = st.sampled_from(NUMBERS)
junk = st.none() | text | number | st.booleans() | st.just([])

people = st.lists(
    st.fixed_dictionaries(
        {"city": text, "date_of_birth": st.none() | st.sampled_from(DAYS).map(date.fromisoformat)},
        optional={
            "plan": text | junk,
            ODD: text,
            "score": number | junk,
            "vip": st.booleans() | junk,
            "seen": st.sampled_from(TIMES),
        },
    ),
    min_size=1,
    max_size=5,
)
TYPES = {"city": "text", "plan": "text", ODD: "text", "score": "number", "vip": "boolean", "seen": "time",
         "date_of_birth": "time"}  # fmt: skip
VALUES = {"text": full_text, "number": number, "boolean": st.booleans(), "time": when}
EXTRA = {"text": ("contains", "starts_with"), "number": ("gt", "gte", "lt", "lte"), "time": ("before", "after")}


@st.composite
def conditions(draw):
    name = draw(st.sampled_from(list(TYPES)))
    kind = TYPES[name]
    ops = ["is", "is_not", "is_any_of", "exists", "not_exists", *EXTRA.get(kind, ())]
    op = draw(st.sampled_from(ops + ["within_last", "not_within_last"] * (kind == "time")))
    if op in ("exists", "not_exists"):
        return where(name, op)
    if op == "is_any_of":
        return where(name, op, draw(st.lists(VALUES[kind], min_size=1, max_size=3)))
    return where(name, op, draw(span if op.endswith("within_last") else VALUES[kind]))


documents = st.recursive(
    conditions(),
    lambda inner: (
        st.lists(inner, max_size=3).flatmap(lambda some: st.sampled_from([{"all": some}, {"any": some}]))
        | inner.map(lambda one: {"not": one})
    ),
    max_leaves=6,
)


def holds(document: dict, who: dict) -> bool:
    if "all" in document:
        return all(holds(one, who) for one in document["all"])
    if "any" in document:
        return any(holds(one, who) for one in document["any"])
    if "not" in document:
        return not holds(document["not"], who)
    name, op, value = document["attribute"], document["op"], document.get("value")
    positive = {"is_not": "is", "not_exists": "exists", "not_within_last": "within_last"}.get(op)
    if positive:
        return not holds(where(name, positive, value), who)
    own = who.get(name)
    fits = {"text": str, "number": (int, float), "boolean": bool, "time": (str, date)}[TYPES[name]]
    if own is None or own == "" or not isinstance(own, fits) or (isinstance(own, bool) and fits is not bool):
        return False
    return op == "exists" or PLAIN[TYPES[name]](own, op, value)


def plain_text(own, op, value) -> bool:
    own = fold(own)
    if op == "is_any_of":
        return own in map(fold, value)
    test = {"is": own.__eq__, "contains": own.__contains__, "starts_with": own.startswith}[op]
    return test(fold(value))


def plain_value(own, op, value) -> bool:
    if op == "is_any_of":
        return own in value
    return {"is": own == value, "gt": own > value, "gte": own >= value, "lt": own < value, "lte": own <= value}[op]


def plain_time(own, op, value) -> bool:
    if op == "is_any_of":
        return any(plain_time(own, "is", one) for one in value)
    of_birth = isinstance(own, date)
    if op == "within_last":
        seconds = {"P1D": 86400, "PT24H": 86400, "P2D": 172800, "PT7H": 25200, "P1W": 604800, "PT1S": 1}[value]
        first, last = NOW - timedelta(seconds=seconds), NOW
    elif len(value) == 10:
        first = datetime.fromisoformat(value).replace(tzinfo=ZONE)
        last = first + timedelta(hours=23, minutes=59, seconds=59)
    else:
        first = last = datetime.fromisoformat(value)
        first = last = first if first.tzinfo else first.replace(tzinfo=ZONE)
    if of_birth:
        first, last = first.astimezone(ZONE).date(), last.astimezone(ZONE).date()
    else:
        own = datetime.fromisoformat(own)
    return {"before": own < first, "after": own > last}.get(op, first <= own <= last)


PLAIN = {"text": plain_text, "number": plain_value, "boolean": plain_value, "time": plain_time}


@settings(max_examples=often(250), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=people, document=documents)
def test_sql_says_the_same_as_plain_python(people, document):
    Profile.objects.all().delete()
    columns = ("city", "date_of_birth")
    rows = [
        Profile(
            external_id=str(n),
            **{key: who[key] for key in columns},
            attributes={key: value for key, value in who.items() if key not in columns},
        )
        for n, who in enumerate(people)
    ]
    Profile.objects.bulk_create(rows)
    assert found(document) == {str(n) for n, who in enumerate(people) if holds(document, who)}


@settings(max_examples=often(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=("Cs", "Cn"), exclude_characters="\x00"), max_size=6))
def test_both_databases_fold_as_python_does(text):
    folded = CustomAttribute.objects.values_list(Fold(Value(text)), flat=True)
    assert folded.first() == fold(text)
