"""Receipts, quota and the log only grow."""

from django.db import migrations

from accounts.append_only import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]
    operations = [
        ProtectRows("receipt"),
        ProtectRows("quotaentry"),
        ProtectRows("act"),
        ProtectRows("moderationaction"),
    ]
