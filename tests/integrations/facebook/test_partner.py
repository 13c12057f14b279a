"""Facebook as a partner: what its answers mean, over HTTP."""

import logging

import pytest

from integrations.errors import AccessLost, TokenRejected, Unavailable
from integrations.facebook.graph import PAGE, Graph
from integrations.facebook.partner import Facebook
from integrations.models import AdAccount
from tests.cast import ACCOUNT, TOKEN, facebook_step, launch

OTHER_APP = {"app_id": "99"}


def asked(sandbox, path: str) -> list[dict]:
    return [line for line in sandbox.ledger() if line["path"].endswith(path)]


def test_the_standing_is_what_debug_token_says(sandbox):
    sandbox.add_token(TOKEN, expires_at=4102444800, scopes=["ads_management"])
    facts = Facebook().verify(TOKEN).facts
    assert (facts["scopes"], facts["expires_at"], facts["type"]) == (["ads_management"], 4102444800, "SYSTEM_USER")
    assert "user_id" not in facts


def test_where_debug_token_is_refused_me_and_its_permissions_tell(sandbox):
    sandbox.add_token(TOKEN, **OTHER_APP, scopes=["ads_read", "ads_management"], declined=["business_management"])
    assert Facebook().verify(TOKEN).facts == {"scopes": ["ads_read", "ads_management"]}
    assert asked(sandbox, "/me") and asked(sandbox, "/me/permissions")


@pytest.mark.parametrize("code", [10, 100, 200, 190])
def test_a_refusal_of_debug_token_is_unknown_and_only_190_is_a_no(sandbox, code):
    sandbox.fault("error", code=code, path_regex="debug_token")
    if code == 190:
        with pytest.raises(TokenRejected):
            Facebook().verify(TOKEN)
    else:
        assert "ads_management" in Facebook().verify(TOKEN).facts["scopes"]


def test_a_token_of_another_app_that_was_revoked_is_rejected(sandbox):
    sandbox.add_token(TOKEN, **OTHER_APP, revoked=True)
    with pytest.raises(TokenRejected, match="revoked"):
        Facebook().verify(TOKEN)


def test_all_ad_accounts_are_read_over_as_many_pages_as_there_are(sandbox):
    for number in range(2 * PAGE + 7):
        sandbox.account(f"act_5{number:04}", name=f"Account {number}")
    found = Facebook().ad_accounts(TOKEN)
    assert len({account.account_id for account in found}) == len(found) == 2 * PAGE + 11
    assert len(asked(sandbox, "adaccounts")) == 3


@pytest.mark.parametrize("pages_before", [0, 1])
def test_a_page_may_be_empty_and_have_a_next_one(sandbox, pages_before):
    for number in range(PAGE + 7):
        sandbox.account(f"act_5{number:04}")
    sandbox.fault("short_page", rows=0, path_regex="adaccounts", after=pages_before, times=2)
    assert len({account.account_id for account in Facebook().ad_accounts(TOKEN)}) == PAGE + 11


def test_a_list_without_an_end_is_given_up(sandbox, monkeypatch):
    monkeypatch.setattr("integrations.facebook.graph.MOST_PAGES", 5)
    sandbox.fault("short_page", rows=0, path_regex="adaccounts", times=None)
    with pytest.raises(Unavailable, match="no end"):
        Facebook().ad_accounts(TOKEN)


@pytest.mark.parametrize("code", [10, 200])
def test_one_forbidden_field_is_met_with_the_bare_list(sandbox, code):
    sandbox.fault("field_refused", field="business", code=code, times=None)
    facts = {account.account_id: account.facts for account in Facebook().ad_accounts(TOKEN)}
    assert set(facts) == {"act_1001", "act_1002", "act_1003", "act_1004"}
    assert facts["act_1003"]["account_status"] == 2
    assert "tos_accepted" not in facts["act_1002"] and "user_tasks" not in facts["act_1004"]


def test_terms_that_were_asked_for_and_are_not_there_are_not_accepted(sandbox):
    facts = {account.account_id: account.facts for account in Facebook().ad_accounts(TOKEN)}
    assert facts["act_1001"]["tos_accepted"] == {"custom_audience_tos": 1}
    assert facts["act_1002"]["tos_accepted"] is None


def test_only_customer_lists_are_counted(connection, sandbox):
    sandbox.account(ACCOUNT, existing_custom_audiences=203, existing_other_audiences=150, tier="development_access")
    account = AdAccount.objects.get(account_id=ACCOUNT)
    assert Facebook().read_audiences(TOKEN, account).count == 203
    assert (account.tier, account.send_interval) == ("development_access", 20)


def test_counting_touches_no_database(connection, sandbox, django_assert_num_queries):
    account = AdAccount.objects.get(account_id=ACCOUNT)
    with django_assert_num_queries(0):
        Facebook().read_audiences(TOKEN, account)


def test_an_account_that_can_be_listed_but_not_read_is_lost(connection, sandbox):
    sandbox.access(ACCOUNT, False)
    with pytest.raises(AccessLost):
        Facebook().read_audiences(TOKEN, AdAccount.objects.get(account_id=ACCOUNT))


def test_the_seconds_of_a_graph_are_for_all_its_calls_together(sandbox):
    sandbox.fault("slow", seconds=0.2, first="wait", times=None)
    graph = Graph(TOKEN, 0.5)
    with pytest.raises(Unavailable):
        for _ in range(4):
            graph.get("me")
    assert len(asked(sandbox, "/me")) <= 3


def test_no_url_holds_the_token_whatever_is_asked(connection, sandbox, now, caplog):
    caplog.set_level(logging.DEBUG, logger="urllib3.connectionpool")
    sandbox.account(ACCOUNT, existing_custom_audiences=2 * PAGE)
    launch(facebook_step(), at=now)
    urls = [record.getMessage() for record in caplog.records if record.name == "urllib3.connectionpool"]
    assert any("customaudiences?" in url and "after=" in url for url in urls)
    assert not [url for url in urls if TOKEN in url or "access_token" in url]
