"""A second step at sign-in, by allauth: its secrets are encrypted with FERNET_KEYS, and each change is audited.

A secret that no key opens is replaced by a random one for the moment: no code fits it, and nothing breaks.
"""

import base64
import secrets
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from fernet_fields.fields import EncryptedTextField

from .models import User, record

SECRETS = ("secret", "seed")
FERNET = "gAAAA"
"""How everything that is encrypted begins: the version and the first bytes of the time, until the year 2106."""
KINDS = {"totp": "authenticator app", "recovery_codes": "recovery codes", "webauthn": "passkey or security key"}


def sealed(text: str) -> str:
    return EncryptedTextField().fernet.encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """InvalidToken: no key of FERNET_KEYS opens it."""
    return EncryptedTextField().fernet.decrypt(text.encode()).decode()


class TwoStep(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "Incorrect code. Type the newest one of the app, and let the phone set its clock by itself; "
        "or use a recovery code that was not used yet."
    }

    def encrypt(self, text: str) -> str:
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return opened(encrypted_text)
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        return f"Key {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "Audience Sync"}


def with_secrets() -> list[int]:
    return list(Authenticator.objects.exclude(type="webauthn").order_by("pk").values_list("pk", flat=True))


def owners_of_bad() -> tuple[list[int], list[int]]:
    """Whose secrets no key opens, and whose lie there unencrypted: numbers of users."""
    lost, plain = [], []
    for owner, data in Authenticator.objects.exclude(type="webauthn").order_by("pk").values_list("user_id", "data"):
        for text in [data[name] for name in SECRETS if name in data]:
            if not text.startswith(FERNET):
                plain.append(owner)
            elif not is_open(text):
                lost.append(owner)
    return lost, plain


def is_open(text: str) -> bool:
    try:
        return bool(opened(text))
    except InvalidToken:
        return False


@transaction.atomic
def encrypt_anew(pk: int) -> bool:
    """With the first key, under the row's lock. False: no key of FERNET_KEYS opens it."""
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    try:
        anew = {name: sealed(opened(row.data[name])) for name in SECRETS if name in row.data} if row else {}
    except InvalidToken:
        return False
    if anew:
        row.data |= anew
        row.save(update_fields=["data"])
    return True


@transaction.atomic
def switch_off(person: User, actor: User) -> None:
    """For somebody who has lost her phone and her codes: a password is enough again."""
    hers = Authenticator.objects.filter(user=person)
    hers.told = True  # The line below says who did it; the one of each removal would say that she did.
    if hers.delete()[0]:
        record("two_step.switched_off", person.email, actor=actor, via="dashboard")


def watch() -> None:
    post_save.connect(tell_kept, sender=Authenticator, dispatch_uid="two_step.kept")
    post_delete.connect(tell_removed, sender=Authenticator, dispatch_uid="two_step.removed")


def tell_kept(instance: Authenticator, created: bool, **kwargs: Any) -> None:
    if created:
        tell("two_step.added", instance)


def tell_removed(instance: Authenticator, origin: Any, **kwargs: Any) -> None:
    if not getattr(origin, "told", False):
        tell("two_step.removed", instance)


def tell(action: str, one: Authenticator) -> None:
    record(action, one.user.email, actor=one.user, via="dashboard", what=KINDS[one.type])
