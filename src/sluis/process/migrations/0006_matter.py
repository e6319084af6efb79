from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("process", "0005_proposals"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[("digest", "digest"), ("step", "step"), ("matter", "matter")], max_length=10
            ),
        ),
    ]
