"""Copies of a published table in other formats; one that is made never changes."""

import django.db.models.deletion
from django.db import migrations, models

IMMUTABLE = "a copy of a release is immutable"
_FIXED = ("release_id", "format", "name", "media_type")


def _wrong(operator):
    changed = " OR ".join(f'NEW."{column}" {operator} OLD."{column}"' for column in _FIXED)
    return f"OLD.sha256 <> '' OR {changed}"


SQLITE = [
    f"""CREATE TRIGGER release_releasecopy_fixed BEFORE UPDATE ON release_releasecopy WHEN {_wrong("IS NOT")}
        BEGIN SELECT RAISE(ABORT, '{IMMUTABLE}'); END""",
    f"""CREATE TRIGGER release_releasecopy_no_delete BEFORE DELETE ON release_releasecopy
        BEGIN SELECT RAISE(ABORT, '{IMMUTABLE}'); END""",
]
POSTGRESQL = [
    f"""CREATE FUNCTION release_copy_immutable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{IMMUTABLE}'; END IF;
        IF {_wrong("IS DISTINCT FROM")} THEN RAISE EXCEPTION '{IMMUTABLE}'; END IF;
        RETURN NEW; END $$""",
    """CREATE TRIGGER release_releasecopy_immutable BEFORE UPDATE OR DELETE ON release_releasecopy
       FOR EACH ROW EXECUTE FUNCTION release_copy_immutable()""",
]


def promise(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("release", "0003_on_behalf_of"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReleaseCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("format", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=200)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.BigIntegerField(null=True)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("made_at", models.DateTimeField(null=True)),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="release.release"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("sha256", "")), fields=["release"], name="release_copy_waiting")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("release", "format"), name="release_copy_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("made_at__isnull", True), ("sha256", ""), ("size__isnull", True)),
                            models.Q(
                                models.Q(("sha256", ""), _negated=True),
                                ("made_at__isnull", False),
                                ("size__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="release_copy_whole",
                    ),
                ],
            },
        ),
        migrations.RunPython(promise, migrations.RunPython.noop),
    ]
