"""Meta's error codes, once, as a table: code and subcode -> kind. Meta changes the texts; numbers are read.

Sources: Meta's error reference, the custom audience and users pages, rate limiting (graph-api.md section 6).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from .. import errors
from . import usage

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

MEANINGS: dict[type[errors.PartnerError], tuple[int | tuple[int, int], ...]] = {
    errors.Unavailable: (1, 2, 5000, (2650, 1870145), (2650, 1870158)),
    errors.TooLarge: ((1, 99),),
    errors.RateLimited: (
        4, (4, 1504022), (4, 1504039), 17, (17, 2446079), 32, 341, 368, 613, (613, 1487742), (613, 5044001),
        80000, 80003, 80004, 80014, 1404078, 2859015,
    ),
    errors.TokenRejected: (102, 104, 190),
    errors.PermissionMissing: (3, 10, 270, 294),  # and all others from 200 to 299
    errors.TaskMissing: (273, (2654, 1713092)),
    errors.ApiVersionExpired: (2635,),
    errors.TermsNotAccepted: ((200, 1870034), (200, 1870090), 2655, 2663, 2664, 1870092),
    errors.AccessLost: ((200, 1870050),),
    errors.AudienceGone: ((100, 33), 1487301, 1487366, 1870065),  # 33: or access lost, the partner finds out
    errors.AudienceFlagged: ((100, 1713228), (100, 1713230), (100, 1713231)),
    errors.AudienceTooSmall: ((200, 1870047),),
    errors.RequestRefused: (100, 105, 194, 803, 2500, 2650, 2654, 2656),
}  # fmt: skip
"""By code, or by code and subcode; the latter goes first. What stands nowhere here is Unavailable: tried again."""
TABLE = {entry if isinstance(entry, tuple) else (entry, None): kind for kind, row in MEANINGS.items() for entry in row}
PERHAPS_TOO_LARGE, TRIES = 1, 3
"""A bare 1 is an unknown trouble, and after some tries worth a smaller request (Meta: error reference)."""
BY_STATUS = {413: errors.TooLarge, 429: errors.RateLimited}
"""Where nothing but the HTTP status can be read: what stands between Facebook and us speaks so."""

WAITS: dict[tuple[int | None, int | None], timedelta] = {
    (4, None): 10 * MINUTE, (613, None): HOUR, (613, 1487742): 5 * MINUTE, (613, 5044001): MINUTE,
    (368, None): HOUR, (1404078, None): HOUR, (2859015, None): HOUR,
}  # fmt: skip
"""How long to wait where no header says it: Meta's decay times, and an hour where a human has to look."""
WAIT = 5 * MINUTE

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
    wait = (usage.wait(headers) or found(WAITS, code, subcode, WAIT)) if kind is errors.RateLimited else None
    trace = error.get("fbtrace_id") or header(headers, "x-fb-trace-id")
    meant = kind(
        detail(status, code, subcode, error), code=code, subcode=subcode, status=status, trace_id=str(trace)[:100],
        version=header(headers, "facebook-api-version")[:10], wait=wait,
    )  # fmt: skip
    if code == PERHAPS_TOO_LARGE and kind is errors.Unavailable:
        meant.halve_after = TRIES
    return meant


def kind_of(status: int, code: int | None, subcode: int | None, error: Mapping) -> type[errors.PartnerError]:
    kind = known_kind(status, code, subcode, error)
    passing = error.get("is_transient") is True and not issubclass(kind, errors.RateLimited | errors.Unavailable)
    return errors.Unavailable if passing else kind


def known_kind(status: int, code: int | None, subcode: int | None, error: Mapping) -> type[errors.PartnerError]:
    if code is None:
        return BY_STATUS.get(status, errors.Unavailable)
    told = by_text(code, subcode, str(error.get("message", "")))
    return told or found(TABLE, code, subcode, errors.PermissionMissing if 200 <= code <= 299 else errors.Unavailable)


def by_text(code: int, subcode: int | None, message: str) -> type[errors.PartnerError] | None:
    """The two texts that are read, because nothing else tells: an app that requires appsecret_proof answers a bare
    100, an answer or request that is too large a bare 1 (Meta: error reference)."""
    if code == 100 and (subcode is None or (code, subcode) not in TABLE) and "appsecret_proof" in message:
        return errors.PermissionMissing
    return errors.TooLarge if code == 1 and "reduce the amount of data" in message else None


def found(table: Mapping, code: int | None, subcode: int | None, otherwise: Any) -> Any:
    return table.get((code, subcode)) or table.get((code, None)) or otherwise


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
