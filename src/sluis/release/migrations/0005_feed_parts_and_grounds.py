"""Ready texts for the feed, which fill themselves; and rows to filter what is not open by its ground."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def fill_grounds(apps: Any, _schema: Any) -> None:
    """As `projection.grounds` does it for what is published from now on."""
    ground = apps.get_model("release", "PublicGround")
    rows = apps.get_model("release", "PublicDataset").objects.filter(kind__in=["restricted", "closed"])
    for row in rows.only("kind", "document").iterator(chunk_size=500):
        codes = dict.fromkeys(row.document["metadata"].get("ground_codes", ()))
        ground.objects.bulk_create(ground(dataset=row, kind=row.kind, uri=uri) for uri in codes)


class Migration(migrations.Migration):
    dependencies = [
        ("release", "0004_copies"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicFeedPart",
            fields=[
                (
                    "dataset",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="feed_part",
                        serialize=False,
                        to="release.publicdataset",
                    ),
                ),
                ("version", models.CharField(max_length=64)),
                ("revision", models.BigIntegerField()),
                ("members", models.JSONField()),
                ("turtle", models.BinaryField()),
                ("json_ld", models.BinaryField()),
                ("rdf_xml", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="PublicGround",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("uri", models.CharField(max_length=300)),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ground_rows",
                        to="release.publicdataset",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "uri", "dataset"], name="public_ground_count")],
            },
        ),
        migrations.RunPython(fill_grounds, migrations.RunPython.noop),
    ]
