"""An encrypted field that can't be destroyed by accident, and the fingerprint by which a secret is known."""

import hashlib
import hmac

from django.conf import settings
from django.core.exceptions import FieldError
from fernet_fields.fields import EncryptedTextField


class SecretTextField(EncryptedTextField):
    """`bulk_update` and `update(F(...))` would encrypt the text of the expression; they are refused instead."""

    def get_db_prep_save(self, value, connection):
        if hasattr(value, "as_sql") or hasattr(value, "resolve_expression"):
            raise FieldError(f"{self.name} is encrypted: save it row by row, never by an expression.")
        return super().get_db_prep_save(value, connection)


def fingerprint(secret: str) -> str:
    """Tells two secrets apart without keeping them: an HMAC under SECRET_KEY, in hex."""
    return hmac.new(settings.SECRET_KEY.encode(), b"fingerprint:" + secret.encode(), hashlib.sha256).hexdigest()
