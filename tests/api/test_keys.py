"""Who may call, over every call of the OpenAPI document."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from config.api import api
from config.team import keys
from config.team.models import ApiKey, AuditEvent
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
FILLED = {"{external_id}": "jane", "{segment_id}": "1", "{canvas_id}": "1", "{key}": "fb"}


def every_call() -> list[tuple[str, str, str]]:
    """(method, path below /api/v1, scope) of every call there is."""
    found = []
    for path, methods in api.get_openapi_schema()["paths"].items():
        for name, value in FILLED.items():
            path = path.replace(name, value)
        found += [(method.upper(), path.removeprefix("/api/v1"), call["x-scope"]) for method, call in methods.items()]
    return found


def refused(answer, status: int) -> bool:
    return answer.status_code == status and answer.headers["Content-Type"] == "application/problem+json"


def test_without_a_key_nothing_is_answered():
    calls = every_call()
    assert len(calls) == 21
    for method, path, _ in calls:
        answer = Client().generic(method, f"/api/v1{path}")
        assert refused(answer, 401) and answer.headers["WWW-Authenticate"].startswith("Bearer"), path


def test_a_key_without_the_scope_is_forbidden():
    for method, path, scope in every_call():
        caller = Caller(*(other for other in ApiKey.SCOPES if other != scope))
        assert refused(caller.call(method, path), 403), path


def test_a_key_with_the_scope_alone_is_let_through():
    for method, path, scope in every_call():
        assert Caller(scope).call(method, path).status_code not in (401, 403, 500), path


def test_a_revoked_key_is_refused_everywhere():
    caller = Caller()
    ApiKey.objects.update(revoked_at=timezone.now())
    for method, path, _ in every_call():
        assert refused(caller.call(method, path), 401), path


@pytest.mark.parametrize("text", ["", "x", "a.b", "é" * 9, "0123abcd." + "x" * 43, "0123abcd.\x00" + "x" * 30])
def test_what_is_no_key_is_refused(text):
    assert refused(Client().get("/api/v1/canvases", headers={"Authorization": f"Bearer {text}"}), 401)


def test_another_keys_secret_does_not_open():
    shop, other = Caller(), Caller()
    shop.text = f"{shop.text.partition('.')[0]}.{other.text.partition('.')[2]}"
    assert refused(shop.get("/canvases"), 401)


def test_a_use_is_counted_and_noted_in_one_statement(shop, django_assert_num_queries):
    with django_assert_num_queries(3):
        shop.get("/canvases")
    used = ApiKey.objects.get().last_used_at
    assert timezone.now() - used < timedelta(minutes=1)
    shop.get("/canvases")
    assert ApiKey.objects.get().last_used_at > used


def test_every_answer_tells_what_is_left_and_too_many_calls_when_to_come_back(shop, settings, monkeypatch):
    settings.API_CALLS_PER_MINUTE = 2
    at = datetime(2026, 11, 24, 12, 0, 10, tzinfo=UTC)
    monkeypatch.setattr(keys.timezone, "now", lambda: at)
    answers = [shop.get(path) for path in ("/canvases", "/canvases/7", "/canvases")]
    assert [answer.status_code for answer in answers] == [200, 404, 429]
    assert [answer.headers["RateLimit"] for answer in answers] == [f'"minute";r={left};t=50' for left in (1, 0, 0)]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"minute";q=2;w=60'}
    assert refused(answers[2], 429) and answers[2].headers["Retry-After"] == "50"
    assert answers[2].data["type"].endswith("#quota-exceeded") and answers[2].data["violated-policies"] == ["minute"]
    assert Caller().get("/canvases").status_code == 200, "each key has its own"
    at += timedelta(seconds=50)
    assert shop.get("/canvases").headers["RateLimit"] == '"minute";r=1;t=60'


def made_key(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("create_api_key", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_prints_the_key_alone_and_it_works():
    out, err = made_key("Shop", "--scope", "segments", "canvases", "--scope", "analytics")
    key = ApiKey.find(out.removesuffix("\n"))
    assert key.scopes == ["segments", "canvases", "analytics"]
    assert out.strip() not in err and "analytics" in err
    assert AuditEvent.objects.get().action == "api_key.created" and out.strip() not in str(AuditEvent.objects.values())


def test_the_command_gives_all_scopes_and_refuses_unknown_ones():
    out, _ = made_key("Shop", "--scope", "all")
    assert ApiKey.find(out.strip()).scopes == list(ApiKey.SCOPES)
    with pytest.raises(CommandError, match="Unknown scope: everything"):
        made_key("Shop", "--scope", "everything")
    with pytest.raises(CommandError, match="name"):
        made_key(" ", "--scope", "all")


def test_a_key_is_revoked_by_its_beginning(capsys):
    shop = Caller("segments")
    assert shop.get("/segments").status_code == 200
    call_command("revoke_api_key", shop.key.prefix)
    assert shop.get("/segments").status_code == 401
    assert AuditEvent.objects.first().action == "api_key.revoked"
    assert shop.text not in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no key nothing"):
        call_command("revoke_api_key", "nothing")
