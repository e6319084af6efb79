"""What the process room promises, promised by the database itself: four eyes, a finished task, files and history."""

from django.db import migrations

FOUR_EYES = "four eyes: this person did the other step"
CLAIMED = "somebody else claimed this task"
DONE = "a finished task is final"
FIXED = "a definition is immutable"
APPEND = "this table is append-only"

_FINISHING = "NEW.state = 'done' AND OLD.state <> 'done'"
_CLAIMED = "NEW.state = 'done' AND NEW.claimed_by <> '' AND NEW.claimed_by <> NEW.completed_by"
_OVERLAP = """EXISTS (SELECT 1 FROM process_task o WHERE o.instance_id = NEW.instance_id AND o.state = 'done' AND o.id <> NEW.id
    AND (o.completed_by IN (NEW.completed_by, NEW.completed_for)
      OR (o.completed_for <> '' AND o.completed_for IN (NEW.completed_by, NEW.completed_for))) AND (
      EXISTS (SELECT 1 FROM process_foureyes f WHERE f.task_id = NEW.id AND f.element = o.element)
      OR EXISTS (SELECT 1 FROM process_foureyes f WHERE f.task_id = o.id AND f.element = NEW.element)))"""


def _sqlite(name, moment, table, when, text):
    condition = f" WHEN {when}" if when else ""
    return f"CREATE TRIGGER {name} BEFORE {moment} ON {table}{condition} BEGIN SELECT RAISE(ABORT, '{text}'); END"


SQLITE = [
    _sqlite("process_task_four_eyes", "UPDATE", "process_task", f"{_FINISHING} AND {_OVERLAP}", FOUR_EYES),
    _sqlite("process_task_claimed_by", "UPDATE", "process_task", _CLAIMED, CLAIMED),
    _sqlite("process_task_born_open", "INSERT", "process_task", "NEW.state <> 'open'", DONE),
    _sqlite("process_task_final", "UPDATE", "process_task", "OLD.state = 'done'", DONE),
    _sqlite("process_task_no_delete", "DELETE", "process_task", "", DONE),
    _sqlite("process_four_eyes_no_update", "UPDATE", "process_foureyes", "", APPEND),
    _sqlite("process_four_eyes_no_delete", "DELETE", "process_foureyes", "", APPEND),
    _sqlite("process_passage_no_update", "UPDATE", "process_passage", "", APPEND),
    _sqlite("process_passage_no_delete", "DELETE", "process_passage", "", APPEND),
    _sqlite("process_definition_no_update", "UPDATE", "process_definition", "", FIXED),
    _sqlite("process_definition_no_delete", "DELETE", "process_definition", "", FIXED),
]

POSTGRESQL = [
    f"""CREATE FUNCTION process_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{APPEND}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    *[
        f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION process_append_only()"""
        for table in ("process_passage", "process_foureyes", "process_definition")
    ],
    f"""CREATE FUNCTION process_task_promises() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.state = 'done') THEN
            RAISE EXCEPTION '{DONE}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'open' THEN
                RAISE EXCEPTION '{DONE}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
            RETURN NEW;
        END IF;
        IF {_CLAIMED} THEN RAISE EXCEPTION '{CLAIMED}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
        IF {_FINISHING} AND {_OVERLAP} THEN
            RAISE EXCEPTION '{FOUR_EYES}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
        RETURN NEW; END $$""",
    """CREATE TRIGGER process_task_promises BEFORE INSERT OR UPDATE OR DELETE ON process_task
       FOR EACH ROW EXECUTE FUNCTION process_task_promises()""",
]


def promise(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("process", "0001_initial")]
    operations = [migrations.RunPython(promise, migrations.RunPython.noop)]
