"""Every address of the project: who gets what, nothing leaks, no answer is kept, no POST comes from elsewhere."""

from collections.abc import Iterator

import pytest
from django.db import connection as database
from django.db import transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.team.models import ApiKey
from tests.api.caller import Caller
from tests.every_url import (
    API,
    API_FOR_ALL,
    CAST,
    DASHBOARD,
    MAY,
    NEVER,
    TABLE,
    UNNAMED,
    WITHOUT_A_FORM,
    A,
    expected,
    names,
)
from tests.permissions import PAGE, lines
from tests.world import HIDDEN, World

pytestmark = pytest.mark.django_db
SIGN_IN = ("/accounts/login/", "/admin/login/")
OUTCOMES = {403: "forbidden", 404: "not there", 405: NEVER}
HEADERS = {
    "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
}  # fmt: skip
MOST_QUERIES, OF_PAGES = 20, 3
"""A list that got a second page may count its rows."""


@pytest.fixture
def world(connection, now, settings, tmp_path) -> World:
    settings.IMPORT_DIR = str(tmp_path / "imports")
    return World(now)


def undone(client: Client, method: str, path: str, **headers):
    """The answer, with what it said; what the call has changed is taken back."""
    with transaction.atomic():
        answer = client.generic(method.upper(), path, headers=headers)
        answer.said = b"".join(answer).decode().lower()
        transaction.set_rollback(True)
    return answer


def outcome(answer) -> str:
    if answer.status_code == 302 and answer.headers["Location"].startswith(SIGN_IN):
        return "sign in"
    return OUTCOMES.get(answer.status_code, "let in" if answer.status_code < 500 else "failed")


def walk(world: World, method: str, rows: dict, missing: bool = False) -> Iterator[tuple[str, str, object]]:
    for who in CAST:
        for name in rows:
            for path in world.addresses(name, missing):
                yield name, who, undone(world.client(who), method, path)


def test_every_pattern_stands_in_the_table():
    unnamed = {(name, ends) for name, ends in names() if not name.rpartition(":")[2]}
    assert {name for name, ends in names() if (name, ends) not in unnamed} == {*TABLE, *API, *API_FOR_ALL}
    assert unnamed == {(name, ends) for name, patterns in UNNAMED.items() for ends in patterns}


def test_docs_permissions_is_that_table():
    assert PAGE.read_text(encoding="utf-8") == "".join(lines()), "Run `make permissions`, and read what it changes."


@pytest.mark.parametrize("method", ["get", "post"])
def test_everybody_gets_what_the_role_table_says(world, method):
    wrong = []
    for name, who, answer in walk(world, method, TABLE):
        got, wanted = outcome(answer), expected(name, who, method)
        if got != wanted:
            wrong.append(f"{name} by {who}: {got} ({answer.status_code}), not {wanted}")
        if got != "let in" and HIDDEN.lower() in answer.said:
            wrong.append(f"{name} tells {who} what is hidden")
        wrong += [f"{name}: {fault}" for fault in unsafe(answer)]
    assert wrong == []


def unsafe(answer) -> list[str]:
    """What the headers of an answer lack."""
    policy = [rule.strip() for rule in answer.headers.get("Content-Security-Policy", "").split(";")]
    strict = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    lacking = [name for name, value in HEADERS.items() if answer.headers.get(name) != value]
    return lacking if strict else [*lacking, "Content-Security-Policy"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_there_is_told_only_to_those_who_may_look(world, method):
    wrong, elsewhere = (
        [],
        dict.fromkeys(("audiences:import_discard", "team:invitation_withdraw", "team:session_end"), "let in"),
    )
    for name, who, answer in walk(world, method, DASHBOARD, missing=True):
        wanted = {elsewhere.get(name, "not there") if one == "let in" else one for one in looked(name, who, method)}
        if outcome(answer) not in wanted:
            wrong.append(f"{name} by {who}: {answer.status_code}, and there it is {wanted}")
    assert wrong == []


def looked(name: str, who: str, method: str) -> set[str]:
    """Who may look but not change learns from a POST that nothing is there, or that she may not."""
    may = expected(name, who, method)
    return {may, expected(name, who, "get")} if may == "forbidden" else {may}


def test_no_form_is_taken_from_another_site(world):
    world.browser.handler.enforce_csrf_checks = True
    wrong = []
    for name in [name for name, row in TABLE.items() if A in MAY[row.post] and name not in WITHOUT_A_FORM]:
        for path in world.addresses(name):
            answer = undone(world.client(A), "post", path)
            wrong += [] if answer.status_code == 403 and "403" in answer.said else [path]
    assert wrong == []


def test_the_api_asks_for_a_key_and_its_scope(world):
    everything = Caller().text
    for name, (method, scope) in API.items():
        other = Caller(*(one for one in ApiKey.SCOPES if one != scope)).text
        assert (paths := world.addresses(name))
        for path in paths:
            signed_in, wrong, right = (
                undone(world.client(A), method, path, **headers)
                for headers in ({}, {"Authorization": f"Bearer {other}"}, {"Authorization": f"Bearer {everything}"})
            )
            assert (signed_in.status_code, wrong.status_code) == (401, 403), name
            assert right.status_code not in (401, 403, 404) and right.status_code < 500, name
            for refusal in (signed_in, wrong):
                assert refusal.headers["Content-Type"] == "application/problem+json" and not unsafe(refusal)
                assert HIDDEN.lower() not in refusal.said


def test_what_is_the_same_for_all_needs_no_key_and_may_be_kept(client, db):
    for name, status in API_FOR_ALL.items():
        answer = client.get(f"/api/v1/{'' if status == 404 else 'docs' if 'view' in name else 'openapi.json'}")
        assert answer.status_code == status
        assert ("Cache-Control" in answer.headers) == (status == 404)


def queries(world: World) -> dict[str, int]:
    """How many each address takes to be looked at, by name and its place among those of the name."""
    found = {}
    for name in [name for name, row in TABLE.items() if A in MAY[row.get]]:
        for place, path in enumerate(world.addresses(name)):
            with CaptureQueriesContext(
                database,
            ) as captured:
                b"".join(world.client(A).get(path))
            found[f"{name} {place}"] = len(captured)
    return found


@pytest.mark.nightly
def test_queries_are_few_and_the_same_for_one_of_everything_and_for_many(world, now):
    queries(world)
    one = queries(world)
    world.grow(now, 30)
    many = queries(world)
    print({n: (one[n], many[n]) for n in one if one[n] > 14 or one[n] != many[n]})
    assert {name: many[name] for name in many if many[name] > MOST_QUERIES} == {}
    assert {name: (one[name], many[name]) for name in many if many[name] > one[name] + OF_PAGES} == {}
