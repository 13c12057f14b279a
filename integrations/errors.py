"""What can go wrong at a partner. The class docstring is the sentence that people read; attributes carry identity.

The kind decides the scope that pauses: the batch alone, the custom audience, the ad account, or the whole connection.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from .partner import PARTNERS


class PartnerError(Exception):
    """The partner refused."""

    scope = "batch"
    starts_clock = True
    cure = ""
    halve_after: int | None = None
    """After so many failures in a row smaller parts are worth a try; None: size is not it."""

    def __init__(
        self, detail: str = "", *, code: int | None = None, subcode: int | None = None, status: int | None = None,
        trace_id: str = "", version: str = "", wait: timedelta | None = None,
    ) -> None:  # fmt: skip
        self.detail, self.code, self.subcode, self.status = detail, code, subcode, status
        self.trace_id, self.version, self.wait = trace_id, version, wait
        self.rows: int | None = None
        """How many rows the request held; None where that doesn't matter, or none was made."""
        super().__init__(detail)

    def turned_into(self, kind: "type[PartnerError]") -> "PartnerError":
        """The same refusal, now known to be of that kind."""
        made = kind(
            self.detail, code=self.code, subcode=self.subcode, status=self.status, trace_id=self.trace_id,
            version=self.version, wait=self.wait,
        )  # fmt: skip
        made.rows = self.rows
        return made

    @property
    def until(self) -> datetime | None:
        """When the partner lets us come back, if it said so."""
        return timezone.now() + self.wait if self.wait else None

    @property
    def kind(self) -> str:
        return type(self).__name__

    @property
    def sentence(self) -> str:
        return sentence(self.kind)

    def __str__(self) -> str:
        return f"{self.sentence} {self.detail}".strip()


class Unavailable(PartnerError):
    """The partner could not be reached, or had a trouble of its own."""

    cure = "It is tried again by itself."


class TooLarge(Unavailable):
    """The partner could not take so many people at once."""

    halve_after = 1
    cure = "They are sent again in smaller parts, by itself."


class Interrupted(PartnerError):
    """Sending was cut off on our side: the worker was stopped in the middle of it."""

    cure = "It is tried again by itself."


class RateLimited(PartnerError):
    """The partner asked us to slow down."""

    scope = "ad_account"
    starts_clock = False
    cure = "Sending goes on by itself when the partner allows it."


class TokenRejected(PartnerError):
    """The system user token is not accepted any more."""

    scope = "connection"
    cure = "Replace it on Technology Partners."


class TokenUnreadable(TokenRejected):
    """The stored system user token can't be read."""

    cure = "Put the old key back at the end of FERNET_KEYS, or enter the token again on Technology Partners."


class PermissionMissing(PartnerError):
    """The system user token lacks a permission."""

    scope = "connection"
    cure = "Grant the token ads_management, then check the connection."


class TaskMissing(PermissionMissing):
    """The system user may not change the ad account's custom audiences."""

    scope = "ad_account"
    cure = "Give the system user the task to manage campaigns on the ad account in Business settings."


class ApiVersionExpired(PartnerError):
    """The version of the partner's API that is set has expired."""

    scope = "connection"
    cure = "Set FACEBOOK_GRAPH_VERSION to a current version and restart."


class TermsNotAccepted(PartnerError):
    """The Custom Audience terms of the ad account are not accepted."""

    scope = "ad_account"
    cure = "A person with a role on the ad account's business accepts them in Ads Manager."


class AccessLost(PartnerError):
    """The system user has no access to the ad account any more."""

    scope = "ad_account"
    cure = "Assign the ad account to the system user in Business settings."


class AudienceLimitReached(PartnerError):
    """The ad account has no room for another custom audience."""

    scope = "ad_account"
    cure = "Delete custom audiences that are not needed in Audience Manager."


class AudienceGone(PartnerError):
    """The custom audience was deleted at the partner."""

    scope = "audience"
    cure = "Recreate it: a new one of that name is made, and its people are sent again."


class AudienceFlagged(PartnerError):
    """The partner flagged the custom audience; nobody can be added to it."""

    scope = "audience"
    cure = "Appeal in Audience Manager, or use a new audience with a name that suggests nothing about health or money."


class AudienceTooSmall(PartnerError):
    """The custom audience is too small to take people out of it."""

    cure = "It is tried again every day for 30 days: the audience may have grown."


class RemovalUnderWay(PartnerError):
    """Somebody in the batch is just being taken out of the custom audience, for an earlier erasure."""

    starts_clock = False
    cure = "It is tried again by itself as soon as that is done."


class CellsUnreadable(PartnerError):
    """The identities to be removed were encrypted with a key that FERNET_KEYS no longer holds."""

    cure = "Put that key back at the end of FERNET_KEYS. It is tried again every day."


class RequestRefused(PartnerError):
    """The partner did not understand what we sent."""

    cure = "It is tried again by itself, in parts; tell the engineers if it goes on."


class RowRefused(RequestRefused):
    """The partner refused the data of this very person."""

    cure = "Correct the profile; who enters this step again is sent again."


def below(kind: type[PartnerError]) -> Iterator[type[PartnerError]]:
    for narrower in kind.__subclasses__():
        yield narrower
        yield from below(narrower)


KINDS: dict[str, type[PartnerError]] = {kind.__name__: kind for kind in below(PartnerError)}


def sentence(kind: str) -> str:
    """The sentence for a stored kind."""
    return named((KINDS.get(kind, PartnerError).__doc__ or "").strip())


def cure(kind: str) -> str:
    return named(KINDS.get(kind, PartnerError).cure)


def named(text: str) -> str:
    """Where there is one partner only, it is called by its name."""
    labels = [one.label for one in PARTNERS.values()]
    return re.sub("[Tt]he partner", labels[0], text) if len(labels) == 1 else text
