"""A custom audience as it reads: fields, operation and delivery status (Meta: custom audience reference; contract 3.4).

What Meta counts up over hours is there at once. A choice [unsure] is how the approximate count is rounded, -1 for a
list that was never filled, 1000 for both bounds of a small one; so is the delivery code of a flagged list, of which
only ">= 400 unusable" is known.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from integrations.facebook.sandbox.accounts import AdAccount
from integrations.facebook.sandbox.people import People

SENSITIVE = re.compile(
    r"\b(arthritis|diabet\w*|cancer|hiv|depress\w*|asthma|obes\w*|pregnan\w*"
    r"|credit score|high income|low income|bankrupt\w*|debt\w*|payday)\b",
    re.IGNORECASE,
)
SMALLEST_COUNT = 1000
KNOWN_BUT_EMPTY = ("external_event_source", "lookalike_spec", "opt_out_link", "rule", "sharing_status")
OPERATION = {
    200: "Normal",
    410: "No file uploaded: this list is empty.",
    412: "Many entries of the last upload were invalid.",
    471: "Flagged for integrity: this list cannot be used.",
}
DELIVERY = {200: "This audience is ready.", 300: "This audience is too small.", 400: "This audience cannot be used."}


@dataclass
class Audience:
    id: str
    account_id: str
    """With `act_`."""
    name: str
    description: str = ""
    subtype: str = "CUSTOM"
    customer_file_source: str = "USER_PROVIDED_ONLY"
    retention_days: int = 0
    is_value_based: bool = False
    time_created: int = 0
    time_updated: int = 0
    time_content_updated: int = 0
    source: str | None = None
    """How it was first filled: MULTI_HASHES, HASHES_OR_USER_IDS; None when it never was."""
    flagged: list[str] = field(default_factory=list)
    """The fields that violate the policy; empty when it is not flagged."""
    deleted: bool = False
    received: dict[str, int] = field(default_factory=dict)
    """Upload session id -> rows so far."""
    last_upload: tuple[int, int] = (0, 0)
    """(rows, invalid ones)."""
    people: People = field(default_factory=People, repr=False)

    def screen(self) -> None:
        """What Meta's review finds in a name or description after the fact (policy of September 2025; contract 3.6)."""
        texts = {"name": self.name, "description": self.description}
        self.flagged = [field for field, text in texts.items() if SENSITIVE.search(text)]

    @property
    def operation(self) -> int:
        rows, invalid = self.last_upload
        if self.flagged:
            return 471
        if self.source is None:
            return 410
        return 412 if invalid * 2 > rows else 200

    def delivery(self, minimum: int) -> int:
        if self.flagged:
            return 400
        return 200 if len(self.people) >= minimum and self.people else 300

    def bounds(self) -> tuple[int, int]:
        """Two leading digits, and a fifth or less above them."""
        size = len(self.people)
        if self.source is None:
            return -1, -1
        if size < SMALLEST_COUNT:
            return SMALLEST_COUNT, SMALLEST_COUNT
        step = 10 ** (len(str(size)) - 2)
        return size // step * step, (size // step + 2) * step

    def values(self, account: AdAccount, minimum: int) -> dict[str, Any]:
        delivery = self.delivery(minimum)
        low, high = self.bounds()
        return {
            "id": self.id,
            "account_id": account.number,
            "name": self.name,
            "description": self.description,
            "subtype": self.subtype,
            "customer_file_source": self.customer_file_source,
            "approximate_count_lower_bound": low,
            "approximate_count_upper_bound": high,
            "data_source": {"type": "FILE_IMPORTED", "sub_type": self.source} if self.source else None,
            "delivery_status": {"code": delivery, "description": DELIVERY[delivery]},
            "operation_status": {"code": self.operation, "description": OPERATION[self.operation]},
            "time_created": self.time_created,
            "time_updated": self.time_updated,
            "time_content_updated": self.time_content_updated or None,
            "retention_days": self.retention_days,
            "fields_violating_integrity_policy": self.flagged or None,
            "is_value_based": self.is_value_based,
            "permission_for_actions": {"can_edit": account.may_write and not self.flagged},
            "owner_account_info": owner(account),
            "delete_time": 0,
            **dict.fromkeys(KNOWN_BUT_EMPTY),
        }


def owner(account: AdAccount) -> dict[str, str]:
    info = {"account_id": account.number, "account_name": account.name}
    if account.business:
        info |= {"business_id": account.business["id"], "business_name": account.business["name"]}
    return info
