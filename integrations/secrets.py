"""An encrypted field that can't be destroyed by accident, and the fingerprint by which a secret is known."""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldError
from django.db.models import Model
from fernet_fields.fields import EncryptedField, EncryptedTextField

SEALED = "sealed:"


class SecretTextField(EncryptedTextField):
    """`bulk_update` and `update(F(...))` would encrypt the text of the expression; they are refused instead.

    `dumpdata` writes it encrypted, and `loaddata` opens it again, with the same keys.
    """

    def get_db_prep_save(self, value, connection):
        if hasattr(value, "as_sql") or hasattr(value, "resolve_expression"):
            raise FieldError(f"{self.name} is encrypted: save it row by row, never by an expression.")
        return super().get_db_prep_save(value, connection)

    def value_to_string(self, obj: Model) -> str:
        return SEALED + self.fernet.encrypt(self.value_from_object(obj).encode()).decode()

    def to_python(self, value: Any) -> Any:
        is_sealed = isinstance(value, str) and value.startswith(SEALED)
        return self.fernet.decrypt(value.removeprefix(SEALED).encode()).decode() if is_sealed else value


def encrypted() -> Iterator[tuple[type[Model], list[str]]]:
    """Every model that keeps secrets, with the names of the fields that do."""
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedField)]
        if names:
            yield model, names


def fingerprint(secret: str) -> str:
    """Tells two secrets apart without keeping them: an HMAC under SECRET_KEY, in hex."""
    return hmac.new(settings.SECRET_KEY.encode(), b"fingerprint:" + secret.encode(), hashlib.sha256).hexdigest()
