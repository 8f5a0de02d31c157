"""The group of people who work the flag queue, with just what that needs."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUP = "Moderators"
MAY = [
    ("messaging", "flag", "view"),
    ("messaging", "flag", "change"),
    ("messaging", "moderationaction", "view"),
    ("eligibility", "hold", "view"),
    ("eligibility", "hold", "add"),
    ("eligibility", "hold", "change"),
    ("accounts", "clientaccount", "view"),
]


def make_group(apps: Apps, schema_editor: BaseDatabaseSchemaEditor | None = None) -> None:
    """Idempotent. Permissions are otherwise made only after the last migration."""
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    content_type = apps.get_model("contenttypes", "ContentType").objects
    permission = apps.get_model("auth", "Permission").objects
    for app, model, verb in MAY:
        about, _ = content_type.get_or_create(app_label=app, model=model)
        allowed, _ = permission.get_or_create(
            content_type=about,
            codename=f"{verb}_{model}",
            defaults={"name": f"Can {verb} {model}"},
        )
        group.permissions.add(allowed)


def remove_group(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("auth", "Group").objects.filter(name=GROUP).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0002_final_rows"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_group, remove_group)]
