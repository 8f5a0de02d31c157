from django.db import migrations, models

from accounts.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0004_notifications")]
    operations = [
        AddIndexBeside(
            model_name="notification",
            index=models.Index(
                condition=models.Q(
                    ("parked_at", None),
                    models.Q(("mail_due_at", None), ("mailed_at__isnull", False), _connector="OR"),
                ),
                fields=["due_at"],
                name="notifications_done",
            ),
        ),
    ]
