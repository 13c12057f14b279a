"""The templates: each makes a Canvas that launches as soon as an ad account is chosen, whatever is known of people."""

import io

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from audiences import csv_import
from audiences.attributes import BUILT_IN
from audiences.models import CustomAttribute, Profile, Purchase
from canvas import blueprints, editing, launch
from canvas.document import draft_of, parse
from canvas.models import Canvas, Entry
from config.demo import people as demo
from integrations.models import AdAccount
from tests.cast import ACCOUNT, people, tick, user

pytestmark = pytest.mark.django_db
KEYS = ("another-channel", "retarget", "suppress", "lookalike")


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


def use(client, key: str) -> Canvas:
    answer = client.post(f"/canvases/new/{key}/")
    canvas = Canvas.objects.latest("pk")
    assert answer.headers["Location"] == f"/canvases/{canvas.pk}/build/"
    return canvas


def facebook_steps(canvas: Canvas) -> list[dict]:
    return [step for step in canvas.document["steps"] if step["type"] == "facebook_audience"]


def choose_account(canvas: Canvas) -> None:
    for step in facebook_steps(canvas):
        settings = step["settings"] | {"ad_account": ACCOUNT}
        canvas.document = editing.set_settings(canvas.document, step["key"], settings)
    canvas.save()


def bring_in_the_demo(now) -> None:
    found = csv_import.survey(io.BytesIO(demo.text(demo.rows(60, now)).encode()))
    csv_import.apply(found, "fernway.csv", now)


def test_there_are_four():
    assert tuple(blueprints.BLUEPRINTS) == KEYS


def allow_a_second_account() -> None:
    first = AdAccount.objects.get(account_id=ACCOUNT)
    other = AdAccount.objects.exclude(pk=first.pk)[0]
    AdAccount.objects.filter(pk=other.pk).update(facts=first.facts, accessible=True, audiences=0)


@pytest.mark.parametrize("brand", ["empty", "demo"])
def test_all_launch_once_an_ad_account_is_chosen(marketer, connection, sandbox, now, brand):
    people(3), allow_a_second_account()
    if brand == "demo":
        bring_in_the_demo(now)
    canvases = [use(marketer, key) for key in KEYS]
    for canvas in canvases:
        found = launch.problems(draft_of(canvas, now))
        assert {problem.id for problem in launch.errors(found)} == {"facebook.E004"}
    for canvas in canvases:
        choose_account(canvas)
        assert launch.launch(canvas, now) == []
        assert canvas.status == "active"
    tick(now)
    assert {one["name"] for one in sandbox.audiences()} >= {"High-value customers", "Lookalike seed"}
    entered = Entry.objects.values_list("canvas", flat=True)
    assert set(entered) == {canvas.pk for canvas in canvases}


def test_the_only_usable_ad_account_is_chosen_by_itself(marketer, connection, now):
    people(3)
    for key in KEYS:
        canvas = use(marketer, key)
        assert all(step["settings"]["ad_account"] == ACCOUNT for step in facebook_steps(canvas))
        assert not launch.errors(launch.problems(draft_of(canvas, now)))


@pytest.mark.parametrize("key", KEYS)
def test_names_that_are_taken_get_a_number_and_so_do_their_audiences(marketer, key):
    first, second, third = (use(marketer, key) for _ in range(3))
    assert (second.name, third.name) == (f"{first.name} 2", f"{first.name} 3")
    names = [step["settings"]["audience_name"] for one in (first, second, third) for step in facebook_steps(one)]
    assert len({*names}) == 3 and names[-1].endswith(" 3")


def audience(key: str, **attributes: str) -> dict:
    CustomAttribute.objects.bulk_create(CustomAttribute(name=name, type=kind) for name, kind in attributes.items())
    return blueprints.BLUEPRINTS[key].suggested(blueprints.Known())["filter"]


def test_its_people_are_told_by_the_first_attribute_that_is_known_here():
    assert audience("another-channel", vip="boolean", ltv="number")["attribute"] == "ltv"


def test_an_attribute_of_another_type_is_passed_over():
    assert audience("another-channel", ltv="text", vip="boolean")["attribute"] == "vip"


def test_where_no_attribute_tells_it_begins_with_all_who_can_be_reached():
    assert {one["attribute"] for one in audience("suppress")["any"]} == {"email", "phone"}


def test_purchases_tell_where_no_attribute_does():
    bought(people(1)[0])
    assert audience("suppress")["value"] == 3
    assert audience("retarget")["all"][1] | {"op": ""} == {"purchase": "any", "op": "", "within": "P90D"}
    assert audience("another-channel", vip="boolean")["attribute"] == "vip"


def bought(person: Profile) -> None:
    Purchase.objects.create(profile=person, product_id="A", currency="USD", price=3, time=person.created_at)


def test_a_split_without_an_attribute_is_left_out_and_people_go_on():
    def ways() -> dict:
        document = blueprints.BLUEPRINTS["retarget"].document(blueprints.Known())
        return {step.key: dict(step.next) for step in document.steps}

    assert ways() == {"wait": {"everyone_else": "no-answer"}, "no-answer": {}}
    CustomAttribute.objects.create(name="last_purchase_at", type="time")
    assert ways() == {"wait": {"everyone_else": "came-back"}, "came-back": {"no": "no-answer"}, "no-answer": {}}


@pytest.mark.parametrize("key", KEYS)
def test_every_filter_is_used_where_its_attribute_is_the_only_one(key):
    blueprint = blueprints.BLUEPRINTS[key]
    steps = [value for step in blueprint.steps for value in step["settings"].values() if isinstance(value, tuple)]
    for filters in (blueprint.audience, *steps):
        for one in filters:
            CustomAttribute.objects.all().delete()
            named = [condition for condition in conditions(one) if "attribute" in condition]
            kinds = {condition["attribute"]: kind(condition) for condition in named}
            Purchase.objects.all().delete()
            if blueprints.names_purchases(one):
                bought(people(1)[0])
            CustomAttribute.objects.bulk_create(
                CustomAttribute(name=name, type=kinds[name]) for name in kinds.keys() - BUILT_IN.keys()
            )
            assert blueprints.first_usable(filters, blueprints.Known()) == one


def kind(condition: dict) -> str:
    ops = {"is": "boolean", "gte": "number", "not_within_last": "time", "within_last": "time"}
    return ops.get(condition["op"], "text")


def conditions(filter: dict) -> list[dict]:
    """The one that decides on the type stands last."""
    inside = filter.get("all") or filter.get("any")
    return [one for member in inside for one in conditions(member)] if inside else [filter]


def test_the_document_is_one_that_import_would_take(marketer, connection, now):
    bring_in_the_demo(now)
    for key in KEYS:
        assert parse(use(marketer, key).document)


def test_the_audience_is_called_a_suggestion_until_it_is_changed(marketer, connection, now):
    people(3)
    canvas = use(marketer, "suppress")
    page = f"/canvases/{canvas.pk}/audience/"
    assert "Nothing that is known of your people tells whom the template means" in marketer.get(page).content.decode()
    bring_in_the_demo(now)
    canvas = use(marketer, "suppress")
    page = f"/canvases/{canvas.pk}/audience/"
    assert "This is a suggestion of the template." in marketer.get(page).content.decode()
    canvas.document = canvas.document | {"audience": {"filter": {"all": []}}}
    canvas.save()
    assert "suggestion" not in marketer.get(page).content.decode()


def test_home_and_the_create_page_offer_them_to_who_may_create(client):
    for role, times in {"Viewer": 0, "Marketer": 4, "Admin": 4}.items():
        client.force_login(user(role))
        assert client.get("/").content.decode().count('action="/canvases/new/') == times, role
        if times:
            assert sum(f"/canvases/new/{key}/" in client.get("/canvases/new/").content.decode() for key in KEYS) == 4


def test_the_pictures_cost_few_queries(marketer):
    with CaptureQueriesContext(database) as captured:
        blueprints.offers()
    assert len(captured) <= 3


def test_what_is_no_template_is_not_found(marketer):
    assert marketer.post("/canvases/new/nothing/").status_code == 404
    assert not Canvas.objects.exists()
