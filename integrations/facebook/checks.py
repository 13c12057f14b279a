"""The launch checks of a Facebook Audience Step. They read stored snapshots; `refresh` has renewed them before.

What concerns the whole connection is told once a Canvas, at its first Facebook step.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from canvas.document import Draft, StepSpec
from canvas.problems import Problem

from ..audience_step import account_id
from ..errors import (
    AccessLost,
    AudienceLimitReached,
    PartnerError,
    PermissionMissing,
    RateLimited,
    RequestRefused,
    TaskMissing,
    TermsNotAccepted,
    TokenRejected,
    TokenUnreadable,
    Unavailable,
    cure,
    sentence,
)  # fmt: skip
from ..models import AdAccount, Connection, CustomAudience
from . import coverage, fields, same_name, words
from .match_fields import normalise
from .usage import DEVELOPMENT

MOST_AUDIENCES = 500
LOOKED_AT = 200
"""Values of a field, before the check says that none can be matched: it runs on every page of a draft."""
STATUSES = {
    1: "active", 2: "disabled", 3: "unsettled", 7: "pending risk review", 8: "pending settlement",
    9: "in grace period", 100: "pending closure", 101: "closed",
}  # fmt: skip
USABLE = {1, 8, 9}
TERMS = "https://business.facebook.com/ads/manage/customaudiences/tos/?act={}"


def connection_of(draft: Draft) -> Connection | None:
    if "facebook" not in draft.memo:
        row = Connection.objects.filter(partner="facebook").first()
        draft.memo["facebook"] = row if row and row.has_token else None
    return draft.memo["facebook"]


def accounts(draft: Draft) -> dict[str, AdAccount]:
    if "ad_accounts" not in draft.memo:
        connection = connection_of(draft)
        rows = connection.ad_accounts.all() if connection else []
        draft.memo["ad_accounts"] = {row.account_id: row for row in rows}
    return draft.memo["ad_accounts"]


def usable_accounts(draft: Draft) -> list[str]:
    """The ids of those that stand in the way of no launch."""
    return [
        one
        for one, account in accounts(draft).items()
        if (account.audiences or 0) < MOST_AUDIENCES and not any(account_troubles(one, account))
    ]


def facebook_steps(draft: Draft) -> list[StepSpec]:
    return [step for step in draft.document.steps if step.type.type == "facebook_audience"]


def has_working_token(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    if step is facebook_steps(draft)[0]:
        yield from token_problems(connection_of(draft), draft.now)


def token_problems(connection: Connection | None, now: datetime) -> Iterator[Problem]:
    place = "Technology Partners"
    if connection is None:
        yield Problem("facebook.E001", "No system user token is connected.", f"Connect one on {place}.")
        return
    facts, expires = connection.facts, expiry(connection)
    if facts.get("refusal") == TokenUnreadable.__name__:
        kind = facts["refusal"]
        yield Problem("facebook.E002", f"{sentence(kind)} {facts['reason']}", cure(kind))
        return
    if not facts.get("valid", True) or (expires and expires <= now):
        reason = "It has expired." if expires and expires <= now else facts.get("reason", "")
        message = f"Facebook does not accept the system user token. {reason}".strip()
        yield Problem("facebook.E002", message, f"Replace it on {place}.")
    elif "scopes" in facts and "ads_management" not in facts["scopes"]:
        hint = "Grant it in App Review, make a new token, and replace the token."
        yield Problem("facebook.E003", "The token lacks the permission ads_management.", hint)
    elif not connection.reachable:
        yield unreachable(facts.get("trouble", Unavailable.__name__), facts.get("detail", ""))


def unreachable(kind: str, detail: str) -> Problem:
    what = "" if kind == Unavailable.__name__ else sentence(kind)
    message = f"Facebook could not be reached. {what} {detail}"
    hint = f"Nothing was changed. {'Try again.' if kind in PASSING else cure(kind)}"
    return Problem("facebook.E012", " ".join(message.split()), hint, is_passing=True)


def expiry(connection: Connection) -> datetime | None:
    seconds = connection.facts.get("expires_at") or 0
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def has_account(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    chosen = account_id(step)
    if not chosen:
        yield Problem("facebook.E004", "No ad account is selected.", "Choose one.", step.key, "ad_account")
    elif connection_of(draft) is not None:
        account = accounts(draft).get(chosen)
        for identity, message, hint in account_troubles(chosen, account):
            yield Problem(identity, message, hint, step.key, "ad_account")


def account_troubles(chosen: str, account: AdAccount | None) -> Iterator[tuple[str, str, str]]:
    if account is None or not account.accessible:
        hint = "Assign the ad account to the system user in Business settings, or choose another one."
        yield "facebook.E005", f"The token has no access to the ad account {chosen}.", hint
        return
    status, tasks = account.facts.get("account_status"), account.facts.get("user_tasks")
    if status is not None and status not in USABLE:
        name = STATUSES.get(status, f"in state {status}")
        hint = "Settle it in Business settings, or choose another ad account."
        yield "facebook.E006", f"The ad account {account} is {name}.", hint
    if tasks is not None and not {"ADVERTISE", "MANAGE"} & set(tasks):
        hint = "Give the system user the task to manage campaigns on this ad account."
        yield "facebook.E007", f"The system user may not create audiences in {account}.", hint
    if "tos_accepted" in account.facts and not (account.facts["tos_accepted"] or {}).get("custom_audience_tos"):
        link = TERMS.format(account.account_id.removeprefix("act_"))
        hint = f"Somebody with access to the account has to accept them: {link}"
        yield "facebook.E011", f"The Custom Audiences terms of {account} are not accepted.", hint


def has_name(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    name = step.settings.get("audience_name", "").strip()
    if not name:
        hint = "Write one: it is how people find it at Facebook."
        yield Problem("facebook.E008", "The custom audience has no name.", hint, step.key, "audience_name")
    elif flagged := words.suspicious(name):
        message = f"Facebook may flag the name: “{flagged}” can suggest something about health or money."
        yield Problem("facebook.W003", message, "Choose a name without it.", step.key, "audience_name")
    if where := same_name.elsewhere(step, draft):
        message = f"A custom audience of this name is in the ad account already, or will be: {where}."
        hint = "Facebook keeps both. Choose another name to tell them apart."
        yield Problem("facebook.W007", message, hint, step.key, "audience_name")


def has_fields(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    chosen = step.settings.get("fields", [])
    if not chosen:
        hint = "Choose at least one; e-mail and phone match best."
        yield Problem("facebook.E009", "No field to match is chosen.", hint, step.key, "fields")
        return
    if not identifies(set(chosen)):
        hint = "Add the e-mail, the phone, or the names with a place or a date of birth."
        yield Problem("facebook.W005", "Only fields that identify nobody are chosen.", hint, step.key, "fields")
    if nobody_has(chosen, draft):
        message = "Nobody in the target audience has a chosen field that can be matched, as far as was looked."
        hint = "Choose other fields, or import values that can be matched."
        yield Problem("facebook.W001", message, hint, step.key, "fields")


def identifies(chosen: set[str]) -> bool:
    named = "last_name" in chosen and chosen & {"first_name", "first_initial"}
    placed = chosen & {"zip", "city", "date_of_birth"}
    return bool(chosen & fields.IDENTIFYING or (named and placed))


def nobody_has(chosen: list[str], draft: Draft) -> bool:
    """There are people in the target audience, and none of those looked at can be matched by any of the fields."""
    return draft.has_people and not any(somebody_has(name, draft) for name in sorted(chosen))


def somebody_has(name: str, draft: Draft) -> bool:
    """Asked once a field, however many steps there are; mostly the first value that is there tells."""
    key = f"somebody has {name}"
    if key not in draft.memo:
        keys, column = fields.FIELDS[name]
        there = draft.people.filter(coverage.present(column)).order_by().values_list(column, "country")
        looks = there[:1], there[:LOOKED_AT]
        draft.memo[key] = bool(looks[0]) and any(normalise(keys[0], str(raw), of) for one in looks for raw, of in one)
    return draft.memo[key]


def has_room(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    """All new audiences of this Canvas in the account count; told at the first step that uses it."""
    account = accounts(draft).get(account_id(step))
    using = [other for other in facebook_steps(draft) if account_id(other) == account_id(step)]
    if account is None or not account.accessible or account.audiences is None or step is not using[0]:
        return
    new = len(using) - made_before(account, using, draft)
    if account.audiences + new > MOST_AUDIENCES:
        message = f"{account} holds {account.audiences} of {MOST_AUDIENCES} audiences: there is no room for {new} more."
        hint = "Delete some that nobody needs in Audience Manager, or choose another ad account."
        yield Problem("facebook.E010", message, hint, step.key, "ad_account")


def made_before(account: AdAccount, using: list[StepSpec], draft: Draft) -> int:
    """Audiences that an earlier launch of this Canvas has made already, or may have: they are adopted, not made."""
    if draft.canvas is None:
        return 0
    rows = CustomAudience.objects.filter(step__canvas=draft.canvas, ad_account=account, create_tries__gt=0)
    wanted = {(step.key, step.settings.get("audience_name")) for step in using}
    return len(wanted.intersection(rows.values_list("step__key", "name")))


def made_already(draft: Draft) -> set[tuple[str, str, str]]:
    """Of a Canvas that is live: (step, ad account, name) of each audience that is there. Asked once for all steps."""
    if "made already" not in draft.memo:
        rows = CustomAudience.objects.filter(step__canvas=draft.canvas, state=CustomAudience.State.READY)
        found = rows.values_list("step__key", "ad_account__account_id", "name") if draft.live else ()
        draft.memo["made already"] = set(found)
    return draft.memo["made already"]


def is_in_good_standing(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    connection = connection_of(draft)
    if connection is None or step is not facebook_steps(draft)[0]:
        return
    expires = expiry(connection)
    if expires and draft.now < expires <= draft.now + timedelta(days=14):
        message = f"The system user token expires on {expires:%Y-%m-%d}."
        hint = "Replace it before that on Technology Partners, best with one that never expires."
        yield Problem("facebook.W002", message, hint)
    if connection.checked_at is None or connection.checked_at < draft.now - timedelta(days=1):
        message = "The last check of the connection is older than a day."
        yield Problem("facebook.W006", message, "Press “Check now” on Technology Partners.")


def is_in_full_tier(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    account = accounts(draft).get(account_id(step))
    if account and account.tier == DEVELOPMENT:
        message = f"{account} is in the development access tier: batches leave every {account.send_interval} s."
        hint = "It only takes longer. To be faster, ask for full access to the Marketing API in App Review."
        yield Problem("facebook.W004", message, hint, step.key, "ad_account")


CHECKS = [
    has_working_token, has_account, has_name, has_fields, has_room, is_in_good_standing, is_in_full_tier,
]  # fmt: skip

CREATION: dict[type[PartnerError], str] = {
    TokenRejected: "facebook.E002", PermissionMissing: "facebook.E003", AccessLost: "facebook.E005",
    AudienceLimitReached: "facebook.E010", TermsNotAccepted: "facebook.E011", RequestRefused: "facebook.E013",
    TaskMissing: "facebook.E007", TokenUnreadable: "facebook.E002",
}  # fmt: skip
PASSING = {kind.__name__ for kind in (Unavailable, RateLimited, RequestRefused)}
"""Kinds whose cure speaks of sending, where it is tried again by itself; a launch is not."""


def creation_problem(step: StepSpec, error: PartnerError) -> Problem:
    """What stopped the creation, as the check that should have seen it would say it."""
    identity = CREATION.get(type(error), "facebook.E012")
    message = f"The custom audience was not created. {error}"
    hint = "Nothing went live. Try again; what was made is used then." if error.kind in PASSING else error.cure
    return Problem(identity, message, hint, step.key, "ad_account", identity == "facebook.E012")


def field_of(problem: Problem) -> str:
    """The fragment of what mends it on Technology Partners: the token, unless looking again is enough."""
    return "" if problem.id in ("facebook.E012", "facebook.W006") else "#id_token"
