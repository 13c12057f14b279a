"""Every unhappy state of the six integration requirements, made at the sandbox, and what the page must say of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database

from integrations import checking
from integrations.facebook.sandbox import Sandbox
from integrations.models import Connection
from tests.cast import ACCOUNT, TOKEN, connect

MANAGER, AD_ACCOUNT, APP = "Business Manager", "Ad account", "App"
TERMS, SYSTEM_USER, REVIEW = "Custom Audiences terms", "System user token", "App Review permissions"
LABELS = [MANAGER, AD_ACCOUNT, APP, TERMS, SYSTEM_USER, REVIEW]
CHOSEN = [{"scope": "ads_management", "target_ids": ["1001", "77"]}]


@dataclass(frozen=True)
class Unhappy:
    """`row`: the requirement that tells it; `told`: the words that stand there, the cure among them; `besides`: other
    rows that can't be good then."""

    make: Callable[[Sandbox, datetime], None]
    row: str
    tone: str
    told: Sequence[str]
    besides: Sequence[str] = ()


def token(**facts) -> Callable[[Sandbox, datetime], None]:
    """Times are told from now."""

    def make(sandbox: Sandbox, now: datetime) -> None:
        times = {name: one for name, one in facts.items() if isinstance(one, timedelta)}
        ends = {name: int((now + one).timestamp()) for name, one in times.items()}
        sandbox.add_token(TOKEN, **facts | ends)

    return make


def account(**facts) -> Callable[[Sandbox, datetime], None]:
    return lambda sandbox, now: sandbox.account(ACCOUNT, **facts)


def not_granted(sandbox: Sandbox, now: datetime) -> None:
    sandbox.access(ACCOUNT, False)


def away(sandbox: Sandbox, now: datetime) -> None:
    sandbox.fault("http_500_html", times=None)


def spoilt(sandbox: Sandbox, now: datetime) -> None:
    """As after FERNET_KEYS has lost the key that encrypted it."""
    with database.cursor() as cursor:
        cursor.execute("UPDATE integrations_connectionsecret SET token = %s", [b"gAAAAABspoilt"])


def nothing(sandbox: Sandbox, now: datetime) -> None:
    """Nobody has ticked anything yet."""


STATES = {
    "token revoked": Unhappy(
        lambda sandbox, now: sandbox.revoke(TOKEN) and None, SYSTEM_USER, "bad",
        ["Facebook does not accept it.", "it was revoked", "Replace it here."],
    ),
    "token expired": Unhappy(
        token(expires_at=-timedelta(hours=1)), SYSTEM_USER, "bad",
        ["Facebook does not accept it.", "expired", "Replace it here."],
    ),
    "token expires soon": Unhappy(
        token(expires_at=timedelta(days=3, hours=1)), SYSTEM_USER, "warn", ["in 3 days", "Replace it in time."]
    ),
    "token of a person": Unhappy(
        token(type="USER"), SYSTEM_USER, "warn",
        ["The token belongs to a person", "Make one for a system user in Business settings, and replace it."],
    ),
    "token can't be decrypted": Unhappy(
        spoilt, SYSTEM_USER, "bad", ["The stored system user token can't be read.", "or enter the token again"]
    ),
    "scope missing": Unhappy(
        token(scopes=["ads_read"]), REVIEW, "bad",
        ["The token lacks ads_management.", "Ask for it in App Review, make a new token, and replace this one."],
    ),
    "chosen assets only": Unhappy(
        token(granular_scopes=CHOSEN), REVIEW, "warn",
        ["for chosen assets only: Northwind Store, 77", "Others need a new token."],
    ),
    "development access": Unhappy(
        account(tier="development_access"), REVIEW, "warn",
        ["0 of 1 in full access", "a batch every 20 s", "Ask for full access in App Review"],
    ),
    "account disabled": Unhappy(
        account(account_status=2), AD_ACCOUNT, "bad", ["Northwind Store (disabled)", "Settle it in Ads Manager."]
    ),
    "account unsettled": Unhappy(
        account(account_status=3), AD_ACCOUNT, "bad", ["Northwind Store (unsettled)", "Settle it in Ads Manager."]
    ),
    "task missing": Unhappy(
        account(user_tasks=["ANALYZE"]), AD_ACCOUNT, "bad",
        ["0 of 1 with the task", "Give the system user the task to manage campaigns"],
    ),
    "account not granted": Unhappy(
        not_granted, AD_ACCOUNT, "bad", ["Northwind Store (access lost)", "Assign the ad account to the system user"],
        besides=(MANAGER, TERMS, REVIEW),
    ),
    "no business": Unhappy(
        account(business=None), MANAGER, "warn",
        ["No business owns Northwind Store", "Claim it in Business settings."],
    ),
    "terms not accepted": Unhappy(
        account(tos_accepted=False), TERMS, "bad",
        ["0 of 1 accepted", "A person with a role on the business accepts them.", "tos/?act=1001"],
    ),
    "business not verified": Unhappy(nothing, MANAGER, "good", ["Business verified?", "look there, and tick it here"]),
    "app not live": Unhappy(nothing, APP, "good", ["App is Live?", "look there, and tick it here"]),
    "Facebook unreachable": Unhappy(
        away, SYSTEM_USER, "off", ["Facebook could not be reached at the last check.", "It is asked again by itself at"]
    ),
}  # fmt: skip


def only(sandbox: Sandbox, *kept: str) -> None:
    """The sandbox has accounts in trouble from the start: the token sees only these."""
    for one in set(sandbox.world.accounts) - {*kept}:
        sandbox.access(one, False)


def checked(state: Unhappy, sandbox: Sandbox, now: datetime) -> Connection:
    """Connected while all was well; then it came to this, and was checked."""
    only(sandbox, ACCOUNT)
    connection = connect(TOKEN, now)
    checking.check(connection, now)
    state.make(sandbox, now)
    checking.check(connection, now)
    return connection
