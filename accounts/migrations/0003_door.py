"""The door's terms on the profile, invitations, ids of the marketplace's own."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import accounts.models.client


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_directory_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                (
                    "code",
                    models.CharField(
                        default=accounts.models.client.new_invitation_code,
                        editable=False,
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="freelancerprofile",
            name="door_is_known",
        ),
        migrations.AddField(
            model_name="freelancerprofile",
            name="bar_countries",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="freelancerprofile",
            name="bar_hired",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="freelancerprofile",
            name="bar_skills",
            field=models.ManyToManyField(blank=True, related_name="+", to="accounts.skill"),
        ),
        migrations.AddField(
            model_name="freelancerprofile",
            name="bar_spend_cents",
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="freelancerprofile",
            name="bar_tenure_days",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="freelancerprofile",
            name="intake_day",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="freelancerprofile",
            name="intake_week",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="freelancerprofile",
            name="paused_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="removed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="relationship",
            name="external_id",
            field=models.CharField(
                blank=True,
                max_length=64,
                null=True,
                unique=True,
                verbose_name="the marketplace's own id",
            ),
        ),
        migrations.AlterField(
            model_name="freelancerprofile",
            name="door",
            field=models.CharField(
                choices=[("open", "Open"), ("selective", "Selective"), ("closed", "Closed")],
                default="open",
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="freelancerprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(("door__in", ["open", "selective", "closed"])),
                name="door_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="freelancerprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("intake_day", None), ("intake_day__gte", 1), _connector="OR"),
                    models.Q(("intake_week", None), ("intake_week__gte", 1), _connector="OR"),
                ),
                name="intake_lets_one_in",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="invitations",
                to="accounts.clientaccount",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="invited_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(
                condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                fields=["email"],
                name="invitations_of_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                fields=("client", "email"),
                name="one_open_invitation_per_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="invited_email_is_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_at", None), ("revoked_at", None), _connector="OR"),
                name="invitation_taken_up_or_back",
            ),
        ),
    ]
