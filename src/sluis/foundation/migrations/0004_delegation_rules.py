"""The rules of lending a role, kept by the database itself: only one's own role, at most a year, and only ever ended."""

from django.db import migrations

NOT_HELD = "who lends a role holds it"
TOO_LONG = "a role is lent for a year at most"
FIXED = "a delegation only ends"

_HELD = """EXISTS (SELECT 1 FROM foundation_membership m WHERE m.user_id = NEW.giver_id AND m.role = NEW.role
            AND m.organisation_id = NEW.organisation_id AND (m.team_id IS NULL OR m.team_id = NEW.team_id))"""
_COLUMNS = (
    "id", "giver_id", "taker_id", "organisation_id", "team_id", "role", "from_date", "until_date", "created_at",
)  # fmt: skip


def _changed(operator: str) -> str:
    return " OR ".join(["OLD.ended_at IS NOT NULL", *(f"NEW.{name} {operator} OLD.{name}" for name in _COLUMNS)])


def _sqlite(name: str, moment: str, when: str, text: str) -> str:
    return f"""CREATE TRIGGER {name} BEFORE {moment} ON foundation_delegation WHEN {when}
               BEGIN SELECT RAISE(ABORT, '{text}'); END"""


SQLITE = [
    _sqlite("delegation_of_own_role", "INSERT", f"NOT {_HELD}", NOT_HELD),
    _sqlite("delegation_a_year", "INSERT", "date(NEW.until_date) > date(NEW.from_date, '+1 year')", TOO_LONG),
    _sqlite("delegation_only_ends", "UPDATE", _changed("IS NOT"), FIXED),
]
POSTGRESQL = [
    f"""CREATE FUNCTION delegation_made() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT {_HELD} THEN RAISE EXCEPTION '{NOT_HELD}'; END IF;
        IF NEW.until_date > NEW.from_date + INTERVAL '1 year' THEN RAISE EXCEPTION '{TOO_LONG}'; END IF;
        RETURN NEW; END $$""",
    """CREATE TRIGGER delegation_made BEFORE INSERT ON foundation_delegation
       FOR EACH ROW EXECUTE FUNCTION delegation_made()""",
    f"""CREATE FUNCTION delegation_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {_changed("IS DISTINCT FROM")} THEN RAISE EXCEPTION '{FIXED}'; END IF;
        RETURN NEW; END $$""",
    """CREATE TRIGGER delegation_only_ends BEFORE UPDATE ON foundation_delegation
       FOR EACH ROW EXECUTE FUNCTION delegation_only_ends()""",
]


def promise(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("foundation", "0003_teams_and_delegation")]
    operations = [migrations.RunPython(promise, migrations.RunPython.noop)]
