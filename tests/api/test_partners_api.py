"""Facebook's connection over the API."""

import pytest

from config.team.models import AuditEvent
from integrations.models import AdAccount, Connection, ConnectionSecret, CustomAudience, SyncBatch
from tests.api.caller import paths
from tests.cast import ACCOUNT, OTHER_TOKEN, TOKEN, facebook_step, fate, launch, people, tick

pytestmark = pytest.mark.django_db
HERE = "/partners/facebook"


def put(shop, token: str):
    return shop.put(HERE, {"system_user_token": token})


def test_before_anything_is_connected(shop):
    answer = shop.get(HERE).data
    assert (answer["status"], answer["token"], answer["ad_accounts"]) == ("not_connected", None, [])
    assert shop.delete(HERE).status_code == 409


def test_a_token_is_verified_kept_and_never_told(shop, sandbox):
    answer = put(shop, TOKEN)
    assert answer.status_code == 200 and answer.data["status"] == "ok", answer.content
    assert answer.data["token"]["last4"] == TOKEN[-4:] and "ads_management" in answer.data["permissions"]
    account = next(row for row in answer.data["ad_accounts"] if row["id"] == ACCOUNT)
    assert (account["status"], account["accessible"], account["terms_accepted"]) == ("active", True, True)
    assert shop.get(HERE).data == answer.data
    assert TOKEN not in answer.content.decode() + str(list(AuditEvent.objects.values()))
    assert AuditEvent.objects.get().via == "shop"


@pytest.mark.parametrize("token", ["", "tiny-1", "SANDBOX-NO-SUCH-TOKEN", "with blank inside"])
def test_a_refused_token_is_told_with_its_reason_and_changes_nothing(shop, connection, token):
    answer = put(shop, token)
    assert paths(answer) == ["system_user_token"]
    assert not token or token not in answer.content.decode()
    assert ConnectionSecret.objects.get().last4 == TOKEN[-4:] and shop.get(HERE).data["status"] == "ok"
    assert paths(shop.put(HERE, {"system_user_token": 5, "more": token})) == ["system_user_token", "more"]


def test_while_facebook_is_away_nothing_is_changed(shop, connection, settings):
    settings.FACEBOOK_GRAPH_URL = "http://127.0.0.1:9"
    assert put(shop, OTHER_TOKEN).status_code == 503
    assert ConnectionSecret.objects.get().last4 == TOKEN[-4:]


def test_a_revoked_token_is_seen_and_another_one_mends_it(shop, connection, sandbox, now):
    people(2)
    canvas = launch(facebook_step(), at=now)
    sandbox.revoke(TOKEN)
    tick(now)
    seen = shop.get(HERE).data
    assert seen["status"] == "broken" and "revoked" in seen["reason"] and "Replace" in seen["cure"]
    assert put(shop, OTHER_TOKEN).data["status"] == "ok"
    tick(Connection.objects.get().checked_at)
    assert fate(canvas) == {"synced": 2}


def test_disconnecting_loses_nobody(shop, connection, sandbox, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    sandbox.revoke(TOKEN)
    tick(now)
    answer = shop.delete(HERE)
    assert (answer.status_code, answer.data["status"], answer.data["token"]) == (200, "not_connected", None)
    assert not ConnectionSecret.objects.exists()
    assert AdAccount.objects.exists() and CustomAudience.objects.exists()
    batch = SyncBatch.objects.get()
    assert (batch.cause, batch.cause_detail) == ("TokenRejected", "No token is connected.")
    assert AuditEvent.objects.filter(action="token.removed", via="shop").count() == 1
    assert fate(canvas) == {"pending": 3}
    put(shop, OTHER_TOKEN)
    tick(Connection.objects.get().checked_at)
    assert fate(canvas) == {"synced": 3}


def test_who_comes_while_nothing_is_connected_waits_for_the_next_token(shop, connection, now):
    canvas = launch(facebook_step(), at=now)
    shop.delete(HERE)
    people(2)
    tick(now)
    assert fate(canvas) == {"pending": 2}
    path = f"/canvases/{canvas.pk}/steps/fb/people?status=pending"
    assert "No token is connected." in shop.get(path).data["people"][0]["cause"]
    put(shop, OTHER_TOKEN)
    tick(Connection.objects.get().checked_at)
    assert fate(canvas) == {"synced": 2}
