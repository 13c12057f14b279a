from django.db import migrations


def sum_up(apps, schema_editor):
    """What was counted before there were sums."""
    steps, conversions = (apps.get_model("canvas", name).objects for name in ("Step", "Conversion"))
    for canvas in steps.filter(type="experiment_paths").values_list("canvas", flat=True).distinct():
        if conversions.filter(canvas=canvas).exists():
            from canvas import models, way_conversions

            way_conversions.add(way_conversions.compared(canvas), models.Conversion.objects.filter(canvas=canvas))


class Migration(migrations.Migration):

    dependencies = [("canvas", "0008_way_conversions")]
    operations = [migrations.RunPython(sum_up, migrations.RunPython.noop)]
