"""Holds may come from the marketplace, under its own id."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0002_policy_1"),
    ]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="external_id",
            field=models.CharField(
                blank=True,
                max_length=64,
                null=True,
                unique=True,
                verbose_name="the marketplace's own id",
            ),
        ),
    ]
