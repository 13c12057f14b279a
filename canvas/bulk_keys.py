"""Foreign keys of bulk tables, whose rows the engine keeps right and `audit_sync` recounts."""

from django.db import models


def bulk_key(to, **options) -> models.ForeignKey:
    """A foreign key without constraint or index of its own, for bulk tables."""
    return models.ForeignKey(to, models.DO_NOTHING, db_constraint=False, db_index=False, **options)
