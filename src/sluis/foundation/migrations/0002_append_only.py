"""The audit chain is append-only in the database itself, not only in our code."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER audit_no_update BEFORE UPDATE ON foundation_auditentry
       BEGIN SELECT RAISE(ABORT, 'the audit chain is append-only'); END""",
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON foundation_auditentry
       BEGIN SELECT RAISE(ABORT, 'the audit chain is append-only'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the audit chain is append-only'; END $$""",
    """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON foundation_auditentry
       FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
]


def forbid_change(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def make_head(apps, schema_editor):
    apps.get_model("foundation", "AuditHead").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]
    operations = [
        migrations.RunPython(forbid_change, migrations.RunPython.noop),
        migrations.RunPython(make_head, migrations.RunPython.noop),
    ]
