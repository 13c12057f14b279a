"""What a token is and what it sees, read at Facebook."""

from dataclasses import replace

from ..errors import PermissionMissing, RequestRefused, TokenRejected
from ..partner import AccountFacts, Standing
from .graph import Graph

BARE = "id,account_id,name,account_status,currency"
WISHED = f"{BARE},disable_reason,timezone_name,business{{id,name}},tos_accepted,user_tasks,capabilities"
SECONDS = 10
"""For reads: Review and launch must not hang."""


def verify(token: str) -> Standing:
    """`debug_token` with itself; where that is refused, `/me` and `/me/permissions`."""
    graph = Graph(token, SECONDS)
    try:
        data = graph.get("debug_token", input_token=token).body.get("data") or {}
    except (RequestRefused, PermissionMissing):
        return Standing(me(graph))
    if not data.get("is_valid"):
        trouble = data.get("error") or {}
        raise TokenRejected("Facebook says that it is not valid.", code=trouble.get("code"))
    names = ("app_id", "application", "type", "expires_at", "data_access_expires_at", "scopes", "granular_scopes")
    return Standing({name: data[name] for name in names if name in data})


def ad_accounts(token: str) -> list[AccountFacts]:
    """All of them; one field that is forbidden fails the whole call, so it is tried again with the bare list."""
    graph = Graph(token, SECONDS)
    try:
        return [told_of_terms(account) for account in read_accounts(graph, WISHED)]
    except (PermissionMissing, RequestRefused):
        return read_accounts(graph, BARE)


def me(graph: Graph) -> dict:
    """What a token tells of itself where `debug_token` is closed to it."""
    graph.get("me", fields="id,name")
    rows = [row for reply in graph.pages("me/permissions") for row in reply.body.get("data", [])]
    return {"scopes": [row.get("permission") for row in rows if row.get("status") == "granted"]}


def read_accounts(graph: Graph, names: str) -> list[AccountFacts]:
    rows = [row for reply in graph.pages("me/adaccounts", fields=names) for row in reply.body.get("data", [])]
    return [AccountFacts(str(row["id"]), str(row.get("name") or ""), row) for row in rows]


def told_of_terms(account: AccountFacts) -> AccountFacts:
    """Facebook leaves out what is empty: asked for and not there, the terms are not accepted."""
    return replace(account, facts={"tos_accepted": None} | account.facts)
