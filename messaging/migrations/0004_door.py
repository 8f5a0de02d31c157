"""The door: answers and their instants, open-door links, both sides' blocks."""

from datetime import timedelta

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F

import messaging.models.link
from accounts.append_only import ReleaseRows

WAITS = timedelta(days=14)


def date_requests(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Requests of before: each waits 14 days, and an answer was told as it was given."""
    requests = apps.get_model("messaging", "ContactRequest").objects
    requests.update(expires_at=F("sent_at") + WAITS, told_at=F("ended_at"))


def complete_receipts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Receipts of before: where the client is from, and whom it had hired by then."""
    facts = apps.get_model("accounts", "Relationship").objects.filter(kind="contract")
    receipts = apps.get_model("messaging", "Receipt").objects.select_related("request__client")
    for receipt in receipts.iterator():
        client = receipt.request.client
        hired = facts.filter(client=client, at__lte=receipt.evaluated_at)
        receipt.country = client.country
        receipt.hired = hired.values("freelancer").distinct().count()
        receipt.save(update_fields=["country", "hired"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_door"),
        ("messaging", "0003_moderators"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ReleaseRows("receipt"),
        ReleaseRows("act"),
        migrations.CreateModel(
            name="DoorTrial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hour", models.DateTimeField(verbose_name="hour (UTC)")),
                ("at", models.DateTimeField(verbose_name="limit passed")),
                ("refusals", models.PositiveSmallIntegerField(verbose_name="refusals")),
            ],
        ),
        migrations.CreateModel(
            name="OpenDoorLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        default=messaging.models.link.new_code,
                        editable=False,
                        max_length=32,
                        unique=True,
                    ),
                ),
                (
                    "label",
                    models.CharField(blank=True, max_length=60, verbose_name="what it is for"),
                ),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("most_uses", models.PositiveSmallIntegerField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="block",
            name="one_block_per_pair",
        ),
        migrations.RemoveConstraint(
            model_name="contactrequest",
            name="request_answered_exactly_when_not_waiting",
        ),
        migrations.RemoveIndex(
            model_name="block",
            name="blocks_of_freelancer",
        ),
        migrations.RemoveIndex(
            model_name="contactrequest",
            name="requests_waiting_for",
        ),
        migrations.RenameField(
            model_name="contactrequest",
            old_name="answered_at",
            new_name="ended_at",
        ),
        migrations.AddField(
            model_name="block",
            name="side",
            field=models.CharField(
                choices=[("client", "Client"), ("freelancer", "Freelancer")],
                default="freelancer",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="contactrequest",
            name="declined_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="contactrequest",
            name="expires_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="contactrequest",
            name="line",
            field=models.CharField(blank=True, max_length=280),
        ),
        migrations.AddField(
            model_name="contactrequest",
            name="put_off_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="contactrequest",
            name="revoked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="contactrequest",
            name="through_door",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="contactrequest",
            name="told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="receipt",
            name="country",
            field=models.CharField(blank=True, max_length=2),
        ),
        migrations.AddField(
            model_name="receipt",
            name="door",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="receipt",
            name="hired",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="act",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="act",
            name="kind",
            field=models.CharField(
                choices=[
                    ("request_sent", "Request sent"),
                    ("request_accepted", "Request accepted"),
                    ("request_declined", "Request declined"),
                    ("request_put_off", "Request put off"),
                    ("answer_undone", "Answer undone"),
                    ("request_withdrawn", "Request withdrawn"),
                    ("request_expired", "Request expired"),
                    ("request_revoked", "Receipt did not hold"),
                    ("conversation_started", "Conversation started"),
                    ("freelancer_blocked", "Freelancer blocked"),
                    ("freelancer_unblocked", "Freelancer unblocked"),
                    ("link_made", "Open-door link made"),
                    ("link_revoked", "Open-door link revoked"),
                    ("client_blocked", "Client blocked"),
                    ("client_unblocked", "Client unblocked"),
                    ("door_changed", "Door changed"),
                    ("flag_raised", "Flag raised"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="act",
            name="new",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name="act",
            name="old",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name="block",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="blocks",
                to="accounts.clientaccount",
            ),
        ),
        migrations.AlterField(
            model_name="contactrequest",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting for an answer"),
                    ("accepted", "Accepted"),
                    ("declined", "Declined"),
                    ("put_off", "Not now"),
                    ("expired", "Expired"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="doortrial",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="door_trials",
                to="accounts.clientaccount",
            ),
        ),
        migrations.AddField(
            model_name="doortrial",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="opendoorlink",
            name="freelancer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links",
                to="accounts.freelancerprofile",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="link",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="messaging.opendoorlink",
            ),
        ),
        migrations.RunPython(date_requests, migrations.RunPython.noop),
        migrations.RunPython(complete_receipts, migrations.RunPython.noop),
    ]
