"""The marketplace's published criteria, as the first version of the policy."""

from datetime import UTC, datetime

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.append_only import ProtectRows

EVERY_CRITERION = ["billing_method", "spend", "tenure", "first_payment", "good_standing"]
PLANS = {
    "marketplace": {
        "may_start": True,
        "criteria": EVERY_CRITERION,
        "quota": {"slots": 5, "window": "day"},
    },
    "plus": {
        "may_start": True,
        "criteria": ["billing_method", "good_standing"],
        "quota": {"slots": 40, "window": "cycle", "returns": 10},
    },
    "basic": {
        "may_start": False,
        "criteria": EVERY_CRITERION,
        "quota": {"slots": 0, "window": "day"},
    },
}


def publish(apps: Apps, schema_editor: BaseDatabaseSchemaEditor | None = None) -> None:
    """Idempotent, so that a test can put back what it flushed."""
    apps.get_model("eligibility", "Policy").objects.get_or_create(
        version=1,
        defaults={
            "starts_at": datetime(1970, 1, 1, tzinfo=UTC),
            "spend_over_cents": 100_000,
            "spend_window_months": 12,
            "tenure_over_days": 90,
            "first_payment_over_days": 90,
            "plans": PLANS,
        },
    )


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0001_initial")]
    operations = [
        migrations.RunPython(publish, migrations.RunPython.noop),
        ProtectRows("policy"),
    ]
