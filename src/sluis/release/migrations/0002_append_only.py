"""What the lock promises, promised by the database itself: four eyes, append-only decisions, immutable releases."""

from django.db import migrations

FOUR_EYES = "the decider prepared what is decided"
NOBODY = "a decision needs a preparer"
IMMUTABLE = "a release is immutable"
NO_DECISION = "a release needs a decision on exactly its hash"
APPEND = "this table is append-only"

_APPEND_ONLY = ("release_decision", "release_preparer", "release_evidence", "release_advice")
_FIXED = (
    "id",
    "dataset_id",
    "number",
    "decision_id",
    "outcome",
    "sha256",
    "published_at",
    "metadata",
    "files",
    "table",
    "columns",
    "quality",
)
_OVERLAP = "EXISTS (SELECT 1 FROM release_preparer p WHERE p.dossier_id = NEW.dossier_id AND p.actor_key = {key})"
_SAME_HASH = """SELECT 1 FROM release_decision d WHERE d.id = NEW.decision_id AND d.sha256 = NEW.sha256
                AND d.outcome = NEW.outcome AND d.dataset_id = NEW.dataset_id"""
_DECIDED_BY = (
    "EXISTS (SELECT 1 FROM release_decision d WHERE d.dossier_id = NEW.dossier_id AND d.decider_key = NEW.actor_key)"
)
_BACKWARD = """(OLD.status = 'withdrawn' OR (OLD.status = 'superseded' AND NEW.status = 'current'))"""


def _sqlite_refusal(name: str, moment: str, table: str, when: str, text: str) -> str:
    condition = f" WHEN {when}" if when else ""
    return f"""CREATE TRIGGER {name} BEFORE {moment} ON {table}{condition}
               BEGIN SELECT RAISE(ABORT, '{text}'); END"""


def _changed(operator: str) -> str:
    return " OR ".join(f'NEW."{column}" {operator} OLD."{column}"' for column in _FIXED)


_key = _OVERLAP.format(key="NEW.decider_key")
_preparers = "(SELECT 1 FROM release_preparer p WHERE p.dossier_id = NEW.dossier_id)"
SQLITE = [
    *[_sqlite_refusal(f"{table}_no_update", "UPDATE", table, "", APPEND) for table in _APPEND_ONLY],
    *[_sqlite_refusal(f"{table}_no_delete", "DELETE", table, "", APPEND) for table in _APPEND_ONLY],
    _sqlite_refusal("release_decision_four_eyes", "INSERT", "release_decision", _key, FOUR_EYES),
    _sqlite_refusal("release_decision_prepared", "INSERT", "release_decision", f"NOT EXISTS {_preparers}", NOBODY),
    _sqlite_refusal("release_preparer_four_eyes", "INSERT", "release_preparer", _DECIDED_BY, FOUR_EYES),
    _sqlite_refusal("release_release_decided", "INSERT", "release_release", f"NOT EXISTS ({_SAME_HASH})", NO_DECISION),
    _sqlite_refusal("release_release_fixed", "UPDATE", "release_release", _changed("IS NOT"), IMMUTABLE),
    _sqlite_refusal("release_release_forward", "UPDATE", "release_release", _BACKWARD, IMMUTABLE),
    _sqlite_refusal("release_release_no_delete", "DELETE", "release_release", "", IMMUTABLE),
]

POSTGRESQL = [
    f"""CREATE FUNCTION release_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{APPEND}'; END $$""",
    *[
        f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION release_append_only()"""
        for table in _APPEND_ONLY
    ],
    f"""CREATE FUNCTION release_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {_key} THEN RAISE EXCEPTION '{FOUR_EYES}'; END IF;
        IF NOT EXISTS {_preparers} THEN RAISE EXCEPTION '{NOBODY}'; END IF;
        RETURN NEW; END $$""",
    """CREATE TRIGGER release_decision_four_eyes BEFORE INSERT ON release_decision
       FOR EACH ROW EXECUTE FUNCTION release_four_eyes()""",
    f"""CREATE FUNCTION release_preparer_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {_DECIDED_BY} THEN RAISE EXCEPTION '{FOUR_EYES}'; END IF;
        RETURN NEW; END $$""",
    """CREATE TRIGGER release_preparer_four_eyes BEFORE INSERT ON release_preparer
       FOR EACH ROW EXECUTE FUNCTION release_preparer_four_eyes()""",
    f"""CREATE FUNCTION release_decided() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT EXISTS ({_SAME_HASH}) THEN RAISE EXCEPTION '{NO_DECISION}'; END IF;
        RETURN NEW; END $$""",
    """CREATE TRIGGER release_release_decided BEFORE INSERT ON release_release
       FOR EACH ROW EXECUTE FUNCTION release_decided()""",
    f"""CREATE FUNCTION release_immutable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{IMMUTABLE}'; END IF;
        IF {_changed("IS DISTINCT FROM")} OR {_BACKWARD} THEN RAISE EXCEPTION '{IMMUTABLE}'; END IF;
        RETURN NEW; END $$""",
    """CREATE TRIGGER release_release_immutable BEFORE UPDATE OR DELETE ON release_release
       FOR EACH ROW EXECUTE FUNCTION release_immutable()""",
]


def promise(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("release", "0001_initial")]
    operations = [migrations.RunPython(promise, migrations.RunPython.noop)]
