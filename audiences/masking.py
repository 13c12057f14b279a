"""What is left of personal data for those who may not see it: enough to recognise, too little to use.

What is known of an attribute decides; what nobody has named here is hidden as a whole.
"""

from collections.abc import Callable
from typing import Any

HIDDEN = "•••"
OPEN = {"country", "language", "time_zone"}
"""Too coarse to point at anybody."""


def email(value: str) -> str:
    name, at, domain = value.partition("@")
    return f"{name[:1]}…@{domain}" if at and domain else initial(value)


def phone(value: str) -> str:
    return f"…{value[-2:]}" if len(value) > 4 else HIDDEN


def initial(value: str) -> str:
    return f"{value[:1]}…"


def external_id(value: str) -> str:
    """A pseudonym, unless the brand uses addresses."""
    return email(value) if "@" in value else value


MASKS: dict[str, Callable[[str], str]] = {
    "email": email,
    "phone": phone,
    "first_name": initial,
    "last_name": initial,
    "external_id": external_id,
    "name": lambda value: " ".join(map(initial, value.split())),
}


def mask(value: Any, kind: str) -> str:
    """`kind` is the name of the attribute. A custom attribute's number, time or yes says nothing of who it is."""
    if value in (None, "") or kind in OPEN or kind in ("number", "boolean", "time"):
        return "" if value is None else str(value)
    return MASKS.get(kind, lambda _: HIDDEN)(str(value))


def may_see(user: Any) -> bool:
    return user.has_perm("audiences.see_personal_data")


def shown(user: Any, value: Any, kind: str) -> str:
    """The value, as this user may see it."""
    if may_see(user):
        return "" if value is None else str(value)
    return mask(value, kind)
