"""Whether every stored secret can be read, and none lies there in clear; for `doctor`."""

from collections.abc import Iterator

from cryptography.fernet import InvalidToken
from django.db.models import QuerySet

from config.team import two_step
from integrations.models import ConnectionSecret
from integrations.secrets import encrypted

BACK = "Put the key that encrypted it back at the end of FERNET_KEYS, or"
ANEW = "switch the second step off on People, and let it be set up anew."
MOST = 1_000
"""So many of each kind are opened, the newest."""


def faults() -> Iterator[tuple[str, str]]:
    """What is wrong, and what helps."""
    for pk, name in ConnectionSecret.objects.values_list("pk", "connection__partner"):
        if not is_readable(ConnectionSecret.objects.filter(pk=pk)):
            yield f"the token of {name} can't be decrypted.", f"{BACK} enter the token again."
    lost, plain = two_step.owners_of_bad()
    if lost:
        yield f"second steps at sign-in can't be decrypted, of {named(lost)}: no code fits.", f"{BACK} {ANEW}"
    if plain:
        yield f"second steps at sign-in are not encrypted, of {named(plain)}.", ANEW[0].upper() + ANEW[1:]
    for model, names in encrypted():
        rows = model._base_manager.order_by("-pk").only(*names)[:MOST]
        if model is not ConnectionSecret and not is_readable(rows):
            yield f"{model._meta.verbose_name_plural} can't be decrypted.", f"{BACK} make a new one where it is made."


def is_readable(rows: QuerySet) -> bool:
    """A row is decrypted where it is read."""
    try:
        return len(rows) >= 0
    except InvalidToken:
        return False


def named(owners: list[int]) -> str:
    numbers = list(dict.fromkeys(owners))
    return f"user{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers[:5]))}{', …' * (len(numbers) > 5)}"
