"""A dossier is an instance of the release process; what was evidence before it becomes evidence of one kind.

SQLite makes a table anew when a column changes its nature, and loses its triggers: those of releases are made again.
"""

import hashlib
import json
from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import sluis.kernel.ids

_before = import_module("sluis.release.migrations.0002_append_only")
APPEND, IMMUTABLE, NO_DECISION = _before.APPEND, _before.IMMUTABLE, _before.NO_DECISION

STAGES = [
    "checking",
    "decided",
    "intake",
    "judging",
    "published",
    "ready_to_decide",
    "refused",
    "returned",
    "withdrawn",
]
KINDS = ["advice", "answers", "message", "report", "rule"]
_OPEN = ["checking", "decided", "intake", "judging", "ready_to_decide", "returned"]

# What was planned comes out as open under the same decision.
_SAME_HASH = """SELECT 1 FROM release_decision d WHERE d.id = NEW.decision_id AND d.sha256 = NEW.sha256
                AND d.dataset_id = NEW.dataset_id
                AND (d.outcome = NEW.outcome OR d.outcome = 'planned' AND NEW.outcome = 'open')"""


def _refusal(name, moment, table, when, text):
    condition = f" WHEN {when}" if when else ""
    return f"CREATE TRIGGER {name} BEFORE {moment} ON {table}{condition} BEGIN SELECT RAISE(ABORT, '{text}'); END"


_FIXED = (*_before._FIXED, "run_id", "basis")
_changed = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in _FIXED)
SQLITE = [
    _refusal("release_release_decided", "INSERT", "release_release", f"NOT EXISTS ({_SAME_HASH})", NO_DECISION),
    _refusal("release_release_fixed", "UPDATE", "release_release", _changed, IMMUTABLE),
    _refusal("release_release_forward", "UPDATE", "release_release", _before._BACKWARD, IMMUTABLE),
    _refusal("release_release_no_delete", "DELETE", "release_release", "", IMMUTABLE),
    _refusal("release_exhibit_no_update", "UPDATE", "release_exhibit", "", APPEND),
    _refusal("release_exhibit_no_delete", "DELETE", "release_exhibit", "", APPEND),
]
POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION release_decided() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT EXISTS ({_SAME_HASH}) THEN RAISE EXCEPTION '{NO_DECISION}'; END IF;
        RETURN NEW; END $$""",
    f"""CREATE OR REPLACE FUNCTION release_immutable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{IMMUTABLE}'; END IF;
        IF {_changed.replace("IS NOT", "IS DISTINCT FROM")} OR {_before._BACKWARD} THEN
            RAISE EXCEPTION '{IMMUTABLE}'; END IF;
        RETURN NEW; END $$""",
    """CREATE TRIGGER release_exhibit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON release_exhibit
       FOR EACH STATEMENT EXECUTE FUNCTION release_append_only()""",
]
SQLITE_ASIDE = [
    f"DROP TRIGGER IF EXISTS {name}"
    for name in (
        "release_release_decided",
        "release_release_fixed",
        "release_release_forward",
        "release_release_no_delete",
    )
]


def aside(apps, schema_editor):
    for statement in SQLITE_ASIDE if schema_editor.connection.vendor == "sqlite" else []:
        schema_editor.execute(statement)


def promise(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def keep(apps, schema_editor):
    """Reports and advice of the last run of every dossier, as exhibits."""
    dossiers, exhibits = apps.get_model("release", "Dossier"), apps.get_model("release", "Exhibit")
    for row in dossiers.objects.order_by("opened_at", "id").iterator():
        found = []
        for item in row.evidence.filter(run=row.run).order_by("at", "id"):
            body = {"name": item.name, "verdict": item.verdict, "findings": item.findings, "version": item.version,
                    "sha256": item.inputs_sha256, "at": item.at.isoformat()}  # fmt: skip
            found.append(("report", item.name, body, "", "", item.at))
        for item in row.advices.filter(run=row.run).order_by("at", "id"):
            body = {"text": item.text, "agrees": item.agrees}
            found.append(("advice", "advice", body, item.actor_key, item.role, item.at))
        exhibits.objects.bulk_create(
            exhibits(
                dossier=row,
                number=number,
                kind=kind,
                element=element,
                body=body,
                sha256=hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest(),
                actor_key=key,
                role=role,
                at=at,
            )
            for number, (kind, element, body, key, role, at) in enumerate(found, 1)
        )


def mark_published(apps, schema_editor):
    for release in apps.get_model("release", "Release").objects.select_related("decision").order_by("-number"):
        apps.get_model("release", "Dossier").objects.filter(id=release.decision.dossier_id).update(
            published_at=release.published_at
        )


class Migration(migrations.Migration):
    dependencies = [("release", "0005_feed_parts_and_grounds"), ("process", "0004_titles_and_notices")]

    operations = [
        migrations.RemoveConstraint("dossier", "release_dossier_known_stage"),
        migrations.RemoveConstraint("dossier", "release_one_open_dossier"),
        migrations.AddField("dossier", "instance_id", models.UUIDField(null=True, unique=True)),
        migrations.AddField("dossier", "source_sha256", models.CharField(blank=True, default="", max_length=64), False),
        migrations.AddField("dossier", "published_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "dossier",
            "stage",
            models.CharField(
                choices=[
                    ("intake", "intake"),
                    ("checking", "checking"),
                    ("judging", "judging"),
                    ("ready_to_decide", "ready_to_decide"),
                    ("decided", "decided"),
                    ("published", "published"),
                    ("refused", "refused"),
                    ("returned", "returned"),
                    ("withdrawn", "withdrawn"),
                ],
                default="intake",
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            "Exhibit",
            [
                (
                    "id",
                    models.UUIDField(
                        default=sluis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[(k, k) for k in ("report", "rule", "answers", "message", "advice")], max_length=10
                    ),
                ),
                ("element", models.CharField(max_length=120)),
                ("body", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("actor_key", models.CharField(blank=True, max_length=40)),
                ("role", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="exhibits", to="release.dossier"
                    ),
                ),
            ],
            options={
                "ordering": ("number",),
                "constraints": [
                    models.UniqueConstraint(fields=["dossier", "number"], name="release_exhibit_once"),
                    models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="release_exhibit_kind"),
                ],
            },
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
        migrations.RunPython(mark_published, migrations.RunPython.noop),
        migrations.DeleteModel("Evidence"),
        migrations.DeleteModel("Advice"),
        migrations.RemoveField("dossier", "proposal_ground"),
        migrations.RemoveField("dossier", "proposal_motivation"),
        migrations.RemoveField("dossier", "planned_date"),
        migrations.RemoveField("dossier", "quasi_identifiers"),
        migrations.RemoveField("dossier", "run"),
        migrations.RemoveField("dossier", "checked_sha256"),
        migrations.AddConstraint(
            "dossier",
            models.CheckConstraint(condition=models.Q(stage__in=STAGES), name="release_dossier_known_stage"),
        ),
        migrations.AddConstraint(
            "dossier",
            models.UniqueConstraint(
                fields=["dataset"], condition=models.Q(stage__in=_OPEN), name="release_one_open_dossier"
            ),
        ),
        migrations.AddIndex(
            "dossier",
            models.Index(
                fields=["source_sha256"], name="release_dossier_source", condition=~models.Q(source_sha256="")
            ),
        ),
        migrations.RunPython(aside, migrations.RunPython.noop),
        migrations.AlterField(
            "release",
            "decision",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="releases", to="release.decision"
            ),
        ),
        migrations.AddField("release", "run_id", models.UUIDField(null=True, unique=True)),
        migrations.AddField("release", "basis", models.JSONField(null=True)),
        migrations.AddField("release", "notice", models.JSONField(null=True)),
        migrations.RunPython(promise, migrations.RunPython.noop),
    ]
