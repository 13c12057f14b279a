"""The contract with a partner, and the registry of those that are installed. Calls raise PartnerError kinds only."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from audiences.models import Profile

from .findings import Finding, Requirement

if TYPE_CHECKING:
    from django.urls import URLPattern

    from .confirmations import Confirmation
    from .errors import PartnerError
    from .models import AdAccount, Connection, CustomAudience, Pausable

PARTNERS: dict[str, "Partner"] = {}

Cells = dict[str, str]
"""What a person is on the wire, by the partner's key: hashed where that is wanted, empty where nothing is known."""


@dataclass(frozen=True)
class Standing:
    """What the partner says of a token: facts to keep, and who it belongs to."""

    facts: dict[str, Any]


@dataclass(frozen=True)
class AccountFacts:
    """An ad account as the partner describes it."""

    account_id: str
    name: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """An ad account's list of audiences: how many customer lists it holds, the ids of those that are well, and by id
    what is to be kept of each."""

    count: int
    well: frozenset[str]
    facts: Mapping[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """One profile to be sent: its id and its raw values by column; an unknown value is an empty text."""

    profile_id: int
    values: Mapping[str, str]

    @classmethod
    def of(cls, profile: Profile, columns: Sequence[str]) -> Self:
        values = {column: getattr(profile, column) for column in columns}
        return cls(profile.pk, {column: "" if value is None else str(value) for column, value in values.items()})


@dataclass(frozen=True)
class People:
    """Many persons, column by column: ten thousand of them are read, hashed and sent, and none is ever an object."""

    profiles: Sequence[int]
    columns: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return len(self.profiles)

    def __iter__(self) -> Iterator[Person]:
        for profile, *values in zip(self.profiles, *self.columns.values(), strict=True):
            yield Person(profile, dict(zip(self.columns, values, strict=True)))


@dataclass(frozen=True)
class Parcel:
    """What one attempt sends."""

    audience: "CustomAudience"
    people: People
    session_id: int


@dataclass(frozen=True)
class Receipt:
    """What the partner took. Profile ids: `missing` had none of the chosen fields, `refused` were refused by name."""

    rows: int = 0
    received: int = 0
    invalid: int = 0
    missing: Sequence[int] = ()
    refused: Mapping[int, str] = field(default_factory=dict)
    unnamed: int = 0
    trace_id: str = ""
    api_version: str = ""
    http_status: int | None = None


class Load(ABC):
    """A parcel, packed: all that was needed of the database has been read."""

    filled: Mapping[str, bytes] = {}
    """By match field a byte for each of the people, 1 where she has a cell. Empty where the partner can't tell."""

    @abstractmethod
    def post(self) -> Receipt:
        """Hands it to the partner. Runs in a thread, beside others: the database is not touched. PartnerError kinds."""

    def answered(self) -> None:
        """Keeps what the answer told besides. Like `explained` in the thread that packed it."""
        return

    def explained(self, error: "PartnerError") -> "PartnerError":
        """What the error of `post` is about, where the partner has to be asked once more to know."""
        return error


@dataclass(frozen=True)
class Farewell:
    """What came of taking people out: those whose rows the partner found wrong, with its reason, by removal id."""

    refused: Mapping[int, str] = field(default_factory=dict)
    trace_id: str = ""


class Partner(ABC):
    """A company that people are passed to. `template`: its own words on its page of Technology Partners."""

    key: str
    label: str
    template = ""
    asks_for = "Token"
    api = ""
    most_audiences = 500
    identifying: frozenset[str] = frozenset()
    """The keys one of which is enough to find a person."""
    by_hand: Mapping[str, str] = {}
    """What only a person can see at the partner: key -> label."""
    guide: tuple[str, str] = ("", "")
    """A page that leads through what it asks for: its words, and the name of its URL."""
    urls: Sequence["URLPattern"] = ()
    """Pages of its own, below its page on Technology Partners."""

    def vitals(self, connection: "Connection") -> list[Finding]:
        """What the token is, in words, as last read."""
        return []

    def requirements(
        self, connection: "Connection | None", accounts: Sequence["AdAccount"], ticks: "Mapping[str, Confirmation]",
        now: datetime,
    ) -> list[Requirement]:  # fmt: skip
        """What must hold before people can be sent, as far as the last check could see it, or a person ticked it.
        `connection` is None where there is no token."""
        return []

    def account_words(self, account: "AdAccount") -> list[Finding]:
        """An account's standing, one finding a column; every account has the same columns."""
        return []

    def account_note(self, account: "AdAccount") -> str:
        """A word more, under the account's name."""
        return ""

    def audience_size(self, audience: "CustomAudience") -> str:
        """How many people the partner says are in it, in words, as last read; "" where it was never read."""
        return ""

    def audience_note(self, audience: "CustomAudience") -> Finding | None:
        """What the partner says of one that is there, as last read; None where all is as it should be."""
        return None

    @abstractmethod
    def verify(self, token: str) -> Standing:
        """What the token may do. TokenRejected when the partner doesn't accept it."""

    @abstractmethod
    def trouble(self, connection: "Connection", now: datetime) -> str:
        """What is wrong with the token by what is stored of it, in a sentence; "" when nothing is."""

    def connection_ill(self, connection: "Connection", now: datetime) -> Finding | None:
        """What is to be told of the token by what is stored of it, though nothing holds the connection back."""
        return None

    def account_ill(self, account: "AdAccount") -> Finding | None:
        """The same of an ad account."""
        return None

    @abstractmethod
    def ad_accounts(self, token: str) -> list[AccountFacts]:
        """Every ad account that the token sees."""

    @abstractmethod
    def read_audiences(self, token: str, ad_account: "AdAccount") -> Reading:
        """The customer lists that the account holds. Runs in a thread, like the two above: the database is not
        touched; what the answers tell besides is set on `ad_account`, unsaved."""

    @abstractmethod
    def create_audience(self, audience: "CustomAudience") -> str:
        """Makes the custom audience, its mark in the description; returns the partner's id. Not idempotent."""

    @abstractmethod
    def find_audience(self, audience: "CustomAudience") -> str | None:
        """The id of the audience that carries the mark, if there is one."""

    @abstractmethod
    def columns(self, fields: Sequence[str]) -> Sequence[str]:
        """The profile columns that `send` needs for these match fields."""

    @abstractmethod
    def fields_sent(self, fields: Sequence[str], person: Person) -> Sequence[str]:
        """Those of the match fields that the person's values fill with something that the partner can match on."""

    @abstractmethod
    def pack(self, parcel: Parcel) -> Load:
        """Makes ready to add people; sending somebody again is harmless."""

    @abstractmethod
    def identify(self, fields: Sequence[str], people: Iterable[Person]) -> Mapping[int, Cells]:
        """By profile id, the cells that `send` would send for these match fields, empty ones included."""

    @abstractmethod
    def remove(
        self, audience: "CustomAudience", people: Mapping[int, Sequence[Cells]], session_id: int, seconds: float
    ) -> Farewell:
        """Takes people out, all or none, by removal id, each under all the cells they have; within so many seconds.

        Taking out somebody who is not in is harmless. AudienceTooSmall when the partner won't let these go.
        """

    @abstractmethod
    def probe(self, scope: "Pausable") -> None:
        """Asks, without sending anybody, whether what holds back this connection, account or audience is mended."""


def register(partner: Partner) -> None:
    PARTNERS[partner.key] = partner


def of(connection: "Connection") -> Partner:
    return PARTNERS[connection.partner]
