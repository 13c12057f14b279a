from django.db import migrations

FOLDED = """(CASE WHEN octet_length((attributes)::text) = char_length((attributes)::text)
 THEN lower((attributes)::text COLLATE "C")
 ELSE replace(lower(upper((attributes)::text COLLATE "und-x-icu")), 'ς', 'σ') COLLATE "C" END)::jsonb"""


def on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql, params=None)

    return run


class Migration(migrations.Migration):
    """Filters on custom attributes find who holds a value. SQLite has no such index."""

    dependencies = [("audiences", "0005_search_folded")]

    operations = [
        migrations.RunPython(
            on_postgresql(
                f"CREATE INDEX profile_by_attributes ON audiences_profile USING gin (({FOLDED}) jsonb_path_ops)"
            ),
            on_postgresql("DROP INDEX profile_by_attributes"),
        ),
    ]
