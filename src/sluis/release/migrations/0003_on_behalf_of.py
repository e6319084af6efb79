"""Four eyes also hold for who stands behind a decision: the colleague in whose name it is taken."""

from django.db import migrations, models

FOUR_EYES = "the decider prepared what is decided"

_PREPARED = """EXISTS (SELECT 1 FROM release_preparer p
               WHERE p.dossier_id = NEW.dossier_id AND p.actor_key = NEW.on_behalf_of)"""
_DECIDED = """EXISTS (SELECT 1 FROM release_decision d
              WHERE d.dossier_id = NEW.dossier_id AND d.on_behalf_of = NEW.actor_key)"""


def _sqlite(name: str, table: str, when: str) -> str:
    return f"""CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {when}
               BEGIN SELECT RAISE(ABORT, '{FOUR_EYES}'); END"""


def _postgresql(name: str, table: str, when: str) -> list[str]:
    return [
        f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF {when} THEN RAISE EXCEPTION '{FOUR_EYES}'; END IF; RETURN NEW; END $$""",
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


_RULES = (
    ("release_decision_in_whose_name", "release_decision", _PREPARED),
    ("release_preparer_in_whose_name", "release_preparer", _DECIDED),
)
SQLITE = [_sqlite(*rule) for rule in _RULES]
POSTGRESQL = [statement for rule in _RULES for statement in _postgresql(*rule)]


def promise(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("release", "0002_append_only")]
    operations = [
        migrations.AddField("decision", "on_behalf_of", models.CharField(max_length=40, null=True)),
        migrations.RunPython(promise, migrations.RunPython.noop),
    ]
