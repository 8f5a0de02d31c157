"""What the database keeps of the door, and the rows that are final again."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.append_only import ProtectRows

GROUP = "Moderators"


def show_door_trials(apps: Apps, schema_editor: BaseDatabaseSchemaEditor | None = None) -> None:
    """Moderators may see them. Idempotent; permissions are otherwise made after the migrations."""
    about, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="messaging", model="doortrial"
    )
    allowed, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=about, codename="view_doortrial", defaults={"name": "Can view door trial"}
    )
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    group.permissions.add(allowed)


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0004_door"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.AlterField(
            model_name="contactrequest",
            name="expires_at",
            field=models.DateTimeField(),
        ),
        migrations.AddIndex(
            model_name="block",
            index=models.Index(
                condition=models.Q(("lifted_at", None)),
                fields=["freelancer", "side", "-placed_at", "-id"],
                name="blocks_by_freelancer",
            ),
        ),
        migrations.AddIndex(
            model_name="block",
            index=models.Index(
                condition=models.Q(("lifted_at", None)),
                fields=["client", "side", "-placed_at", "-id"],
                name="blocks_by_client",
            ),
        ),
        migrations.AddIndex(
            model_name="contactrequest",
            index=models.Index(
                fields=["freelancer", "state", "-sent_at", "-id"], name="requests_by_state"
            ),
        ),
        migrations.AddIndex(
            model_name="contactrequest",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "expired"])),
                fields=["freelancer", "-sent_at", "-id"],
                name="requests_unanswered",
            ),
        ),
        migrations.AddIndex(
            model_name="contactrequest",
            index=models.Index(
                condition=models.Q(("through_door", True)),
                fields=["freelancer", "-sent_at"],
                name="requests_through_the_door",
            ),
        ),
        migrations.AddIndex(
            model_name="contactrequest",
            index=models.Index(
                fields=["client", "freelancer", "-sent_at"], name="requests_of_pair"
            ),
        ),
        migrations.AddIndex(
            model_name="contactrequest",
            index=models.Index(
                condition=models.Q(("state__in", ["accepted", "declined", "put_off"])),
                fields=["client", "told_at"],
                name="answers_to_client",
            ),
        ),
        migrations.AddIndex(
            model_name="contactrequest",
            index=models.Index(
                condition=models.Q(("state__in", ["accepted", "declined", "put_off"])),
                fields=["told_at"],
                name="answers_told",
            ),
        ),
        migrations.AddIndex(
            model_name="contactrequest",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["expires_at"],
                name="requests_to_expire",
            ),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(
                condition=models.Q(("outcome", "upheld")),
                fields=["decided_at"],
                name="flags_upheld",
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None)),
                fields=("freelancer", "client", "side"),
                name="one_block_per_pair_and_side",
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["client", "freelancer"])),
                name="block_side_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state", "waiting"), ("told_at", None)),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("state__in", ["accepted", "declined", "put_off", "expired", "withdrawn"]),
                        ("told_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="request_ended_exactly_when_not_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at", None),
                    models.Q(
                        ("ended_at__gte", models.F("sent_at")),
                        ("told_at__gte", models.F("ended_at")),
                    ),
                    _connector="OR",
                ),
                name="request_ends_after_it_was_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("declined_at__isnull", False), ("state__in", ["declined", "withdrawn"])
                    ),
                    models.Q(
                        ("declined_at", None),
                        models.Q(("state", "declined"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="decline_is_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("put_off_until__isnull", False), ("state", "put_off")),
                    models.Q(
                        models.Q(("state", "put_off"), _negated=True), ("put_off_until", None)
                    ),
                    _connector="OR",
                ),
                name="put_off_exactly_until_an_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("line", ""), ("state", "declined"), _connector="OR"),
                name="only_a_decline_has_a_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("revoked_at", None), ("state", "withdrawn"), _connector="OR"),
                name="only_a_withdrawn_request_is_revoked",
            ),
        ),
        migrations.AddIndex(
            model_name="doortrial",
            index=models.Index(fields=["-at", "-id"], name="door_trials_newest_first"),
        ),
        migrations.AddConstraint(
            model_name="doortrial",
            constraint=models.UniqueConstraint(
                fields=("client", "hour"), name="one_door_trial_an_hour"
            ),
        ),
        migrations.AddIndex(
            model_name="opendoorlink",
            index=models.Index(
                fields=["freelancer", "-made_at", "-id"], name="links_of_freelancer"
            ),
        ),
        migrations.AddConstraint(
            model_name="opendoorlink",
            constraint=models.CheckConstraint(
                condition=models.Q(("most_uses", None), ("most_uses__gte", 1), _connector="OR"),
                name="link_has_a_use",
            ),
        ),
        migrations.AddConstraint(
            model_name="opendoorlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at", None), ("expires_at__gt", models.F("made_at")), _connector="OR"
                ),
                name="link_ends_after_it_was_made",
            ),
        ),
        ProtectRows("receipt"),
        ProtectRows("act"),
        ProtectRows("doortrial"),
        migrations.RunPython(show_door_trials, migrations.RunPython.noop),
    ]
