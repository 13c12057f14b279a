"""How Facebook sees our token and its ad accounts, in words: from what the last check read, never from the network."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from ..errors import TokenRejected, TokenUnreadable, cure, sentence
from ..models import AdAccount, Connection
from ..partner import Finding
from .checks import STATUSES, TERMS, USABLE, expiry
from .usage import DEVELOPMENT

SOON = timedelta(days=14)
KINDS = {"SYSTEM_USER": "System user", "USER": "A person", "PAGE": "A page", "APP": "An app"}
ASSIGN = "Assign the ad account to the system user in Business settings."
ADS_MANAGER = "https://adsmanager.facebook.com/adsmanager/manage/accounts?act={}"


def number(account: AdAccount) -> str:
    return account.account_id.removeprefix("act_")


def vitals(facts: Mapping[str, Any]) -> list[Finding]:
    kind, scopes = facts.get("type"), facts.get("scopes")
    return [
        Finding("Type", KINDS.get(kind, kind) or "Facebook doesn't tell", "good" if kind == "SYSTEM_USER" else "warn"),
        Finding("Expires", expires_in_words(facts)),
        Finding("Permissions", "Facebook doesn't tell" if scopes is None else ", ".join(scopes) or "none"),
        Finding("App", " · ".join(str(facts[name]) for name in ("application", "app_id") if facts.get(name)) or "–"),
    ]


def expires_in_words(facts: Mapping[str, Any]) -> str:
    moment = expiry(Connection(facts=dict(facts)))
    if moment:
        return date_format(timezone.localtime(moment), "j M Y H:i")
    return "never" if "expires_at" in facts else "Facebook doesn't tell"


def accepted(connection: Connection) -> Finding:
    if connection.facts.get("refusal") == TokenUnreadable.__name__:
        kind = connection.facts["refusal"]
        return Finding("Token accepted", f"{sentence(kind)} {connection.facts['reason']}", "bad", cure(kind))
    if connection.facts.get("valid") is False or connection.pause_kind == TokenRejected.__name__:
        reason = connection.facts.get("reason") or connection.pause_detail
        words = f"Facebook does not accept it. {reason}".strip()
        return Finding("Token accepted", words, "bad", "Replace it here.")
    if not connection.reachable:
        words = "Facebook could not be reached at the last check."
        return Finding("Token accepted", words, "off", again(connection))
    when = date_format(timezone.localtime(connection.checked_at), "j M Y H:i") if connection.checked_at else ""
    return Finding("Token accepted", f"Facebook accepted it when it was last asked, {when}.", "good")


def again(connection: Connection) -> str:
    when = connection.check_at and date_format(timezone.localtime(connection.check_at), "H:i")
    return f"It is asked again by itself at {when}; nobody is lost." if when else "Check again."


def belongs(kind: str | None) -> Finding:
    label = "System user"
    if kind == "SYSTEM_USER":
        return Finding(label, "The token belongs to a system user of your business.", "good")
    if kind is None:
        return Finding(label, "Facebook doesn't tell whom the token belongs to.", "off")
    words = f"The token belongs to {KINDS.get(kind, kind).lower()}: it ends when that role or password does."
    return Finding(label, words, "warn", "Make one for a system user in Business settings, and replace it.")


def lasting(connection: Connection, now: datetime) -> Finding:
    moment, words = expiry(connection), expires_in_words(connection.facts)
    if moment is None:
        known = "expires_at" in connection.facts
        return Finding("Expiry", "It never expires." if known else f"{words}.", "good" if known else "off")
    if moment <= now:
        return Finding("Expiry", f"It expired on {words}.", "bad", "Replace it.")
    days = (moment - now).days
    words = f"It expires on {words}, in {days} day{'s' * (days != 1)}."
    return Finding("Expiry", words, "warn" if moment <= now + SOON else "good", "Replace it in time.")


def permitted(scopes: list[str] | None) -> Finding:
    label = "Permission ads_management"
    if scopes is None:
        return Finding(label, "Facebook doesn't tell the token's permissions.", "off")
    if "ads_management" in scopes:
        return Finding(label, "ads_management is granted.", "good")
    hint = "Ask for it in App Review, make a new token, and replace this one."
    return Finding(label, "The token lacks ads_management.", "bad", hint)


def together(label: str, accounts: Sequence[AdAccount], judge: Callable[[AdAccount], Finding], word: str) -> Finding:
    """All accounts in one line, with each cure once. As long as one is well it is a warning; those in trouble are
    named."""
    found = [(account, judge(account)) for account in accounts]
    wrong = [(account, one) for account, one in found if one.tone != "good"]
    words = f"{len(found) - len(wrong)} of {len(found)} {word}."
    if not wrong:
        return Finding(label, words, "good")
    tones = {one.tone for _, one in wrong}
    worst = next(tone for tone in ("bad", "warn", "off") if tone in tones)
    tone = "warn" if worst == "bad" and len(wrong) < len(found) else worst
    cures = dict.fromkeys(one.cure for _, one in wrong if one.cure)
    return Finding(label, f"{words} Not so: {named(wrong)}.", tone, " ".join(cures))


def named(wrong: Sequence[tuple[AdAccount, Finding]]) -> str:
    """Some of each kind of trouble, so that many of one hide no other."""
    kinds: dict[str, list[str]] = {}
    for account, one in wrong:
        kinds.setdefault(one.words.lower(), []).append(str(account))
    return "; ".join(f"{some_of(names)} ({words})" for words, names in kinds.items())


def some_of(names: Sequence[str]) -> str:
    return f"{', '.join(names[:3])} and {len(names) - 3} more" if len(names) > 3 else ", ".join(names)


def of_account(account: AdAccount) -> list[Finding]:
    if account.accessible:
        return [status(account), terms(account), task(account)]
    return [status(account), Finding("Terms", "Unknown"), Finding("May create", "Unknown")]


def status(account: AdAccount) -> Finding:
    if not account.accessible:
        return Finding("Status", "Access lost", "bad", ASSIGN)
    code = account.facts.get("account_status")
    if code is None:
        return Finding("Status", "Unknown")
    tone = "good" if code == 1 else "warn" if code in USABLE else "bad"
    words = STATUSES.get(code, f"state {code}").capitalize()
    hint = "" if code == 1 else "Settle it in Ads Manager."
    return Finding("Status", words, tone, hint, "" if code == 1 else ADS_MANAGER.format(number(account)))


def terms(account: AdAccount) -> Finding:
    link = TERMS.format(number(account))
    if "tos_accepted" not in account.facts:
        return Finding("Terms", "Unknown", "off", "Facebook doesn't tell: look there.", link)
    if (account.facts["tos_accepted"] or {}).get("custom_audience_tos"):
        return Finding("Terms", "Accepted", "good")
    return Finding("Terms", "Not accepted", "bad", "A person with a role on the business accepts them.", link)


def task(account: AdAccount) -> Finding:
    tasks = account.facts.get("user_tasks")
    if tasks is None:
        return Finding("May create", "Unknown")
    if {"ADVERTISE", "MANAGE"} & set(tasks):
        return Finding("May create", "Yes", "good")
    return Finding("May create", "No task", "bad", "Give the system user the task to manage campaigns.")


def tier(account: AdAccount) -> Finding:
    """The access tier decides how often we may send."""
    if account.tier == DEVELOPMENT:
        words = f"a batch every {account.send_interval} s"
        return Finding("Access tier", words, "warn", "Ask for full access in App Review; the way there is below.")
    return Finding("Access tier", account.tier.replace("_", " "), "good")


def pace(account: AdAccount) -> str:
    """The tier in words, and why sending is slow, where it is."""
    tier = account.tier.replace("_", " ")
    if not account.gap:
        return tier
    slow = f"{account.used} % of Facebook's limit is used: sending slows to a batch every {account.send_interval} s"
    return f"{tier} · {slow}" if tier else slow
