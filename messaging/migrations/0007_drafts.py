"""What people have typed and not sent yet."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_door"),
        ("messaging", "0006_inbox_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("new_project", "A new project"),
                            ("ongoing", "Ongoing work"),
                            ("advice", "Advice"),
                            ("other", "Something else"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "budget",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("under_500", "Under $500"),
                            ("500_2k", "$500–2k"),
                            ("2k_10k", "$2k–10k"),
                            ("over_10k", "Over $10k"),
                            ("open", "Not decided yet"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "start",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("now", "Right away"),
                            ("month", "Within a month"),
                            ("later", "In one to three months"),
                            ("open", "Flexible"),
                        ],
                        max_length=20,
                    ),
                ),
                ("body", models.TextField(blank=True)),
                ("saved_at", models.DateTimeField(db_index=True)),
                (
                    "client",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.clientaccount",
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="messaging.conversation",
                    ),
                ),
                (
                    "freelancer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.freelancerprofile",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "skill",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.skill",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("client__isnull", True),
                                ("conversation__isnull", True),
                                ("freelancer__isnull", False),
                            ),
                            models.Q(
                                ("client__isnull", True),
                                ("conversation__isnull", False),
                                ("freelancer__isnull", True),
                            ),
                            models.Q(
                                ("client__isnull", False),
                                ("conversation__isnull", True),
                                ("freelancer__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="draft_has_one_place",
                    ),
                    models.UniqueConstraint(
                        fields=("owner", "freelancer"), name="one_draft_per_freelancer"
                    ),
                    models.UniqueConstraint(
                        fields=("owner", "conversation"), name="one_draft_per_conversation"
                    ),
                    models.UniqueConstraint(
                        fields=("owner", "client"), name="one_draft_per_client"
                    ),
                ],
            },
        ),
    ]
