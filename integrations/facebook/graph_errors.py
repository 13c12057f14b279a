"""Meta's error codes, once, as a table: code and subcode -> kind. Meta changes the texts; only numbers are read.

Sources: Meta's error reference, the custom audience and users pages, rate limiting (graph-api.md section 6).
"""

from collections.abc import Mapping
from datetime import timedelta

from .. import errors
from . import usage

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

BY_SUBCODE: dict[tuple[int, int], type[errors.PartnerError]] = {
    (100, 33): errors.AudienceGone,  # or access lost: the partner reads the ad account to tell
    (100, 1713230): errors.AudienceFlagged,
    (100, 1713228): errors.AudienceFlagged,
    (100, 1713231): errors.AudienceFlagged,
    (200, 1870090): errors.TermsNotAccepted,
    (200, 1870034): errors.TermsNotAccepted,
    (200, 1870050): errors.AccessLost,
    (200, 1870047): errors.AudienceTooSmall,
    (2654, 1713092): errors.PermissionMissing,
    (2650, 1870145): errors.Unavailable,
    (2650, 1870158): errors.Unavailable,
}
BY_CODE: dict[int, type[errors.PartnerError]] = {
    3: errors.PermissionMissing, 10: errors.PermissionMissing, 270: errors.PermissionMissing,
    273: errors.PermissionMissing, 294: errors.PermissionMissing,
    4: errors.RateLimited, 17: errors.RateLimited, 32: errors.RateLimited, 341: errors.RateLimited,
    368: errors.RateLimited, 613: errors.RateLimited, 80000: errors.RateLimited, 80003: errors.RateLimited,
    80004: errors.RateLimited, 80014: errors.RateLimited, 1404078: errors.RateLimited, 2859015: errors.RateLimited,
    100: errors.RequestRefused, 105: errors.RequestRefused, 194: errors.RequestRefused, 803: errors.RequestRefused,
    2500: errors.RequestRefused, 2650: errors.RequestRefused, 2654: errors.RequestRefused, 2656: errors.RequestRefused,
    102: errors.TokenRejected, 104: errors.TokenRejected, 190: errors.TokenRejected,
    2635: errors.ApiVersionExpired,
    2655: errors.TermsNotAccepted, 2663: errors.TermsNotAccepted, 2664: errors.TermsNotAccepted,
    1870092: errors.TermsNotAccepted,
    1487301: errors.AudienceGone, 1487366: errors.AudienceGone, 1870065: errors.AudienceGone,
}  # fmt: skip

# How long to wait where no header says it: Meta's decay times, and an hour where a human has to look.
WAITS: dict[int, timedelta] = {4: 10 * MINUTE, 17: 5 * MINUTE, 613: 5 * MINUTE, 368: HOUR, 1404078: HOUR, 2859015: HOUR}

REASONS: dict[int, str] = {
    458: "the app was removed", 459: "Facebook wants the person to sign in first", 460: "the password was changed",
    463: "it has expired", 464: "the person is not confirmed", 467: "it was revoked", 492: "its role was taken away",
}  # fmt: skip


def classify(status: int, body: dict | None, headers: Mapping = {}) -> errors.PartnerError:  # noqa: B006
    """The error that an answer means. `body` is None where it was no JSON object; unknown codes are transient."""
    error = (body or {}).get("error")
    error = error if isinstance(error, dict) else {}
    code, subcode = number(error.get("code")), number(error.get("error_subcode"))
    kind = kind_of(status, code, subcode, error)
    wait = (usage.wait(headers) or WAITS.get(code, 5 * MINUTE)) if kind is errors.RateLimited else None
    trace = error.get("fbtrace_id") or header(headers, "x-fb-trace-id")
    return kind(
        detail(status, code, subcode, error), code=code, subcode=subcode, status=status, trace_id=str(trace)[:100],
        wait=wait,
    )  # fmt: skip


def kind_of(status: int, code: int | None, subcode: int | None, error: Mapping) -> type[errors.PartnerError]:
    if code is None or error.get("is_transient") is True:
        return errors.Unavailable
    if kind := BY_SUBCODE.get((code, subcode)) or BY_CODE.get(code):
        return errors.PermissionMissing if is_about_proof(code, error) else kind
    return errors.PermissionMissing if 200 <= code <= 299 else errors.Unavailable


def is_about_proof(code: int, error: Mapping) -> bool:
    """The one text that is read: an app that requires appsecret_proof says so with nothing but 100."""
    return code == 100 and "appsecret_proof" in str(error.get("message", ""))


def detail(status: int, code: int | None, subcode: int | None, error: Mapping) -> str:
    """What Facebook wants people to read, or the numbers; never its `message`, which can quote what we sent."""
    if code == 190 and subcode in REASONS:
        return f"Facebook says that {REASONS[subcode]}."
    told = " ".join(str(error[name]) for name in ("error_user_title", "error_user_msg") if error.get(name))
    if told:
        return told[:500]
    if code is None:
        return f"Facebook answered with HTTP {status} and nothing readable."
    return f"Facebook's code {code}{f'/{subcode}' if subcode else ''}."


def number(value) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def header(headers: Mapping, name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")
