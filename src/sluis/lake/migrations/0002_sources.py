import django.db.models.deletion
from django.db import migrations, models

import sluis.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("lake", "0001_initial"),
        ("register", "0002_dataset_team"),
    ]

    operations = [
        migrations.CreateModel(
            name="Source",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=sluis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("connector", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=200)),
                ("config", models.JSONField(default=dict)),
                (
                    "mode",
                    models.CharField(
                        choices=[("replace", "Replace"), ("append", "Append"), ("upsert", "Upsert")],
                        default="replace",
                        max_length=8,
                    ),
                ),
                ("key", models.JSONField(default=list)),
                ("options", models.JSONField(default=dict)),
                ("schedule", models.JSONField(default=dict)),
                ("attempts", models.PositiveSmallIntegerField(default=5)),
                ("state", models.JSONField(default=dict)),
                ("loaded_sha256", models.CharField(blank=True, max_length=64)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("paused", models.BooleanField(default=False)),
                ("next_at", models.DateTimeField(null=True)),
                ("created_by", models.CharField(max_length=40)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="register.dataset"
                    ),
                ),
            ],
            options={
                "ordering": ("title", "id"),
            },
        ),
        migrations.CreateModel(
            name="SourceSecret",
            fields=[
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="secret",
                        serialize=False,
                        to="lake.source",
                    ),
                ),
                ("names", models.JSONField(default=list)),
                ("sealed", models.TextField()),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SourceRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=sluis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[("schedule", "Schedule"), ("hand", "Hand"), ("retry", "Retry")], max_length=8
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("unchanged", "Unchanged"),
                            ("loaded", "Loaded"),
                            ("failed", "Failed"),
                            ("dead", "Dead"),
                        ],
                        default="queued",
                        max_length=9,
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("bytes", models.PositiveBigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("rows", models.PositiveBigIntegerField(null=True)),
                ("log", models.JSONField(default=list)),
                ("failure", models.JSONField(null=True)),
                ("state_before", models.JSONField(default=dict)),
                ("state_after", models.JSONField(null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="lake.source"
                    ),
                ),
                (
                    "table_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="source_runs",
                        to="lake.tableversion",
                    ),
                ),
            ],
            options={
                "ordering": ("source", "-created_at", "-id"),
            },
        ),
        migrations.AddIndex(
            model_name="source",
            index=models.Index(condition=models.Q(("paused", False)), fields=["next_at"], name="source_due"),
        ),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("mode", "upsert"), _negated=True), models.Q(("key", []), _negated=True), _connector="OR"
                ),
                name="source_upsert_has_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.CheckConstraint(condition=models.Q(("attempts__gte", 1)), name="source_tries_once"),
        ),
        migrations.AddIndex(
            model_name="sourcerun",
            index=models.Index(fields=["source", "-created_at"], name="source_run_history"),
        ),
        migrations.AddConstraint(
            model_name="sourcerun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=("source",),
                name="source_runs_once_at_a_time",
            ),
        ),
    ]
