"""Indexes for inboxes of any size: all requests of a freelancer newest first, whatever their state,
for the shelf of blocked clients; and the badge of unread conversations passes those that were never
accepted without reading them."""

from django.db import migrations, models


def unread_by(side: str) -> models.Index:
    unread = models.Q(accepted_at__isnull=False, last_seq__gt=models.F(f"{side}_read_seq"))
    return models.Index(fields=[side], condition=unread, name=f"unread_by_{side}")


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_door_constraints")]
    operations = [
        migrations.AddIndex(
            "contactrequest",
            models.Index(fields=["freelancer", "-sent_at", "-id"], name="requests_newest_first"),
        ),
        migrations.RemoveIndex("conversation", "unread_by_client"),
        migrations.RemoveIndex("conversation", "unread_by_freelancer"),
        migrations.AddIndex("conversation", unread_by("client")),
        migrations.AddIndex("conversation", unread_by("freelancer")),
    ]
