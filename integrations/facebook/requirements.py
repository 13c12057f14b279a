"""The six integration requirements: what each asks for, and what the last check saw of it.

What no call tells is said to be unknown, with the place to look at; two things only a person can tell (`BY_HAND`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..confirmations import Confirmation
from ..models import AdAccount, Connection
from ..partner import Finding, Requirement
from . import standing

SETTINGS = "https://business.facebook.com/settings"
PEOPLE = f"{SETTINGS}/system-users"
APPS = "https://developers.facebook.com/apps/"
BY_HAND = {"business": "Business verified", "live": "App is Live"}
UNKNOWN = Finding("", "Checked as soon as a token is connected.")
ASKED_FOR = ("ads_management", "business_management")

Ticks = Mapping[str, Confirmation]


def all_of(
    connection: Connection | None, accounts: Sequence[AdAccount], ticks: Ticks, now: datetime
) -> list[Requirement]:
    """In the order in which they are fulfilled. `connection`: None where there is no token."""
    facts = connection.facts if connection else {}
    return [
        Requirement("Business Manager", [*business(connection, accounts)], "Business settings", SETTINGS, "business"),
        Requirement("Ad account", [*ad_accounts(connection, accounts)], "Ad accounts", f"{SETTINGS}/ad-accounts"),
        Requirement("App", [*app(connection, facts)], "Your apps", APPS, "live", str(facts.get("app_id", ""))),
        Requirement("Custom Audiences terms", [*terms(connection, accounts)]),
        Requirement("System user token", [*token(connection, now)], "System users", PEOPLE),
        Requirement("App Review permissions", [*permissions(connection, accounts, facts)]),
    ]


def business(connection: Connection | None, accounts: Sequence[AdAccount]) -> Iterator[Finding]:
    if connection is None:
        yield UNKNOWN
        return
    told = [account for account in accounts if account.accessible and "tos_accepted" in account.facts]
    names = sorted({(account.facts.get("business") or {}).get("name", "") for account in told} - {""})
    if names:
        yield Finding("", f"The ad accounts belong to {' and '.join(names[:3])}.", "good")
    elif not told:
        yield Finding("", "Facebook doesn't tell which business owns the ad accounts.", "off", "Look there.")
    if without := [str(account) for account in told if not account.facts.get("business")]:
        words = f"No business owns {', '.join(without[:3])}: only a business can fill custom audiences."
        yield Finding("", words, "warn", "Claim it in Business settings.", f"{SETTINGS}/ad-accounts")


def ad_accounts(connection: Connection | None, accounts: Sequence[AdAccount]) -> Iterator[Finding]:
    if connection is None:
        yield UNKNOWN
    elif not accounts:
        yield Finding("", "The token sees no ad account.", "bad", standing.ASSIGN)
    else:
        yield standing.together("", accounts, standing.status, "active")
        if reached := reachable(accounts):
            yield standing.together("", reached, standing.task, "with the task to create audiences")


def app(connection: Connection | None, facts: Mapping[str, Any]) -> Iterator[Finding]:
    if connection is None:
        yield UNKNOWN
    elif facts.get("app_id"):
        yield Finding("", f"The token was made with the app {facts.get('application') or facts['app_id']}.", "good")
    else:
        yield Finding("", "Facebook doesn't tell which app the token was made with.", "off", "Look there.", APPS)


def terms(connection: Connection | None, accounts: Sequence[AdAccount]) -> Iterator[Finding]:
    reached = reachable(accounts) if connection else []
    if not reached:
        yield UNKNOWN if connection is None else Finding("", "There is no ad account to ask about.")
        return
    together = standing.together("", reached, standing.terms, "accepted")
    yield together
    for account in [one for one in reached if standing.terms(one).tone != "good"][:3]:
        found = standing.terms(account)
        yield Finding("", f"The terms of {account}:", together.tone, link=found.link)


def token(connection: Connection | None, now: datetime) -> Iterator[Finding]:
    if connection is None:
        yield Finding("", "No token is connected.", "bad", "Make one for a system user, and paste it here.")
        return
    accepted, lasting = standing.accepted(connection), standing.lasting(connection, now)
    yield accepted
    if accepted.tone != "bad":
        yield standing.belongs(connection.facts.get("type"))
    if accepted.tone != "bad" or lasting.tone == "bad":
        yield lasting


def permissions(
    connection: Connection | None, accounts: Sequence[AdAccount], facts: Mapping[str, Any]
) -> Iterator[Finding]:
    if connection is None:
        yield UNKNOWN
        return
    scopes = facts.get("scopes")
    yield standing.permitted(scopes)
    if scopes is not None and "business_management" not in scopes:
        yield Finding("", "business_management is not granted: sending works without it.", "good")
    yield from limited(facts.get("granular_scopes") or [], accounts)
    yield tier([account for account in reachable(accounts) if account.tier])


def tier(known: Sequence[AdAccount]) -> Finding:
    """Only the answers of calls to ad accounts tell it."""
    if not known:
        return Finding("", "The access tier is told with the first call to an ad account.")
    return standing.together("", known, standing.tier, "in full access")


def limited(granted: Sequence[Mapping[str, Any]], accounts: Sequence[AdAccount]) -> Iterator[Finding]:
    """A permission that holds for some assets only. Which ids stand there is not documented: they may be of accounts
    or of businesses, so that nothing is judged by them but named."""
    chosen = next((one.get("target_ids") for one in granted if one.get("scope") == "ads_management"), None)
    if chosen:
        known = {standing.number(account): str(account) for account in accounts}
        names = ", ".join(known.get(str(one), str(one)) for one in chosen[:3])
        more = f" and {len(chosen) - 3} more" if len(chosen) > 3 else ""
        yield Finding("", f"It was granted for chosen assets only: {names}{more}.", "warn", "Others need a new token.")


def reachable(accounts: Sequence[AdAccount]) -> list[AdAccount]:
    return [account for account in accounts if account.accessible]
