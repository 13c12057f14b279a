"""Batches that were tried before it was noted when their people were read: they may be at the partner."""

from django.db import migrations
from django.db.models import F


def note(apps, schema_editor) -> None:
    tried = apps.get_model("integrations", "SyncBatch").objects.filter(attempts_made__gt=0, read_at=None)
    for audience, fields in apps.get_model("integrations", "CustomAudience").objects.values_list("pk", "fields"):
        tried.filter(audience=audience).update(read_at=F("created_at"), read_fields=fields)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0003_removal")]
    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
