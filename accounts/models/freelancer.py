"""The freelancer's profile and the door, which is stored on it."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import countries
from accounts.text import check_name, check_text, fold


class Skill(models.Model):
    name = models.CharField(max_length=60, unique=True, validators=[check_name])
    slug = models.SlugField(max_length=60, unique=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class FreelancerProfile(models.Model):
    """Shown in the directory; its door says who may send a first message.

    What begins with `bar_` or `intake_` counts while the door is selective; nothing set asks for
    nothing. `intake_day` and `intake_week` are how many requests may come in any 24 hours and in
    any 7 days.
    """

    class Door(models.TextChoices):
        OPEN = "open", _("Open")
        SELECTIVE = "selective", _("Selective")
        CLOSED = "closed", _("Closed")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="freelancer_profile"
    )
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80, validators=[check_name])
    headline = models.CharField(_("headline"), max_length=120, blank=True, validators=[check_name])
    bio = models.TextField(_("about you"), max_length=3000, blank=True, validators=[check_text])
    skills = models.ManyToManyField(Skill, related_name="freelancers", blank=True)
    hourly_rate_cents = models.PositiveIntegerField(
        _("hourly rate (US cents)"), null=True, blank=True, validators=[MinValueValidator(100)]
    )
    country = models.CharField(_("country"), max_length=2, choices=countries.choices, blank=True)
    search_text = models.TextField(blank=True, editable=False)
    joined_at = models.DateTimeField(default=timezone.now)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    door = models.CharField(max_length=9, choices=Door.choices, default=Door.OPEN)
    paused_until = models.DateTimeField(null=True, blank=True)
    known_clients_pass = models.BooleanField(
        _("clients I have worked with may still write"), default=True
    )
    bar_spend_cents = models.PositiveBigIntegerField(null=True, blank=True)
    bar_tenure_days = models.PositiveIntegerField(null=True, blank=True)
    bar_hired = models.BooleanField(default=False)
    bar_skills = models.ManyToManyField(Skill, related_name="+", blank=True)
    bar_countries = models.JSONField(default=list, blank=True)
    intake_day = models.PositiveSmallIntegerField(null=True, blank=True)
    intake_week = models.PositiveSmallIntegerField(null=True, blank=True)
    shows_reading = models.BooleanField(
        _("let the other side see when messages are read"), default=False, db_default=False
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["-joined_at", "-id"],
                condition=models.Q(deactivated_at=None),
                name="talent_newest_first",
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(door__in=["open", "selective", "closed"]), name="door_is_known"
            ),
            models.CheckConstraint(
                condition=(models.Q(intake_day=None) | models.Q(intake_day__gte=1))
                & (models.Q(intake_week=None) | models.Q(intake_week__gte=1)),
                name="intake_lets_one_in",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("talent_profile", args=[self.slug])

    @property
    def has_left(self) -> bool:
        """Left the marketplace, or may not sign in: nobody would read what is sent."""
        return self.deactivated_at is not None or not self.user.is_active

    @property
    def counts_intake(self) -> bool:
        """Whether the door lets in so many and no more: then sends must come one by one."""
        limited = self.intake_day is not None or self.intake_week is not None
        return self.door == self.Door.SELECTIVE and limited

    def index_words(self) -> None:
        """Keep what the directory searches, after name, headline or skills changed."""
        words = [self.name, self.headline, *(skill.name for skill in self.skills.all())]
        self.search_text = fold(" ".join(words))
        self.save(update_fields=["search_text"])
