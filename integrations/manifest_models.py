"""With which match fields everybody of a batch was sent, kept when the partner took it; never what stood in them."""

from django.db import models


class Manifest(models.Model):
    """What the accepted attempt of a batch carried: a byte for each field and member, 1 where a cell was filled.

    `cells` are compressed, field by field in the order of `fields`, in each the members in the order of their entries.
    Whoever had been erased by then has no cell.
    """

    batch = models.OneToOneField("integrations.SyncBatch", models.CASCADE, primary_key=True, related_name="manifest")
    fields = models.JSONField(default=list, help_text="the match fields it was sent with")
    cells = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.batch_id}: {', '.join(self.fields)}"
