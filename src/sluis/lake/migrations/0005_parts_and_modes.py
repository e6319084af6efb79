"""A version is made of parts; until now each was one file."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


def one_part_each(apps: Any, schema_editor: Any) -> None:
    ready = apps.get_model("lake", "TableVersion").objects.filter(status="ready").order_by()
    ready.update(rows_total=F("rows_loaded"))
    for row in ready.only("id", "data_sha256", "data_size", "rows_loaded").iterator():
        row.parts = [{"sha256": row.data_sha256, "size": row.data_size, "rows": row.rows_loaded}]
        row.save(update_fields=["parts"])


class Migration(migrations.Migration):
    dependencies = [
        ("lake", "0004_saved_queries"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="tableversion", name="table_version_ready_has_data"),
        migrations.AddField(
            model_name="tableversion",
            name="base",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="lake.tableversion",
            ),
        ),
        migrations.AddField(model_name="tableversion", name="change", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="tableversion", name="key", field=models.JSONField(default=list)),
        migrations.AddField(
            model_name="tableversion",
            name="mode",
            field=models.CharField(
                choices=[("replace", "Replace"), ("append", "Append"), ("upsert", "Upsert")],
                default="replace",
                max_length=8,
            ),
        ),
        migrations.AddField(model_name="tableversion", name="parts", field=models.JSONField(default=list)),
        migrations.AddField(
            model_name="tableversion", name="rows_total", field=models.PositiveBigIntegerField(default=0)
        ),
        migrations.RunPython(one_part_each, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="tableversion",
            constraint=models.CheckConstraint(
                condition=~Q(status="ready") | (~Q(parts=[]) & Q(report__isnull=False)),
                name="table_version_ready_has_data",
            ),
        ),
    ]
