"""Freelancers, their skills, and who they know."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.base import Dated, Desk, save_changed
from accounts.clock import database_now
from accounts.locks import lock_client, lock_freelancer
from accounts.models import FreelancerProfile, Relationship, Skill


@admin.register(FreelancerProfile)
class FreelancerProfileAdmin(Desk[FreelancerProfile]):
    """The door is shown and not changed: only the freelancer decides who may knock."""

    list_display = ("name", "headline", "country", "door", "deactivated_at")
    list_filter = ("door", ("deactivated_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "slug", "user__email")
    ordering = ("-pk",)
    raw_id_fields = ("user",)
    fields = (
        ("user", "slug"),
        ("name", "country"),
        "headline",
        "bio",
        "skills",
        "hourly_rate_cents",
        ("joined_at", "deactivated_at"),
        ("door", "known_clients_pass"),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: FreelancerProfile | None = None
    ) -> Any:
        door = ("door", "known_clients_pass")
        return (*door, "user", "joined_at") if obj else door

    def has_delete_permission(
        self, request: HttpRequest, obj: FreelancerProfile | None = None
    ) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: FreelancerProfile, form: Any, change: bool
    ) -> None:
        if not change:
            obj.save()
            return
        lock_freelancer(obj.pk)
        save_changed(obj, form)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.index_words()


@admin.register(Skill)
class SkillAdmin(Desk[Skill]):
    list_display = ("name", "slug")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012 - Django reads it, nobody writes it

    def save_model(self, request: HttpRequest, obj: Skill, form: Any, change: bool) -> None:
        """The directory finds people by the names of their skills, so it learns the new one."""
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            _index(FreelancerProfile.objects.filter(skills=obj))

    def delete_model(self, request: HttpRequest, obj: Skill) -> None:
        had_it = list(obj.freelancers.values_list("pk", flat=True))
        super().delete_model(request, obj)
        _index(FreelancerProfile.objects.filter(pk__in=had_it))


def _index(profiles: QuerySet[FreelancerProfile]) -> None:
    """Under their row locks, in id order: a profile that is edited meanwhile is read after that."""
    locked = profiles.select_for_update(no_key=True, of=("self",)).order_by("pk")
    for profile in locked.prefetch_related("skills"):
        profile.index_words()


@admin.register(Relationship)
class RelationshipAdmin(Dated, Desk[Relationship]):
    """Who knows whom opens doors and spares slots, so it is written under both locks of a send."""

    list_display = ("client", "freelancer", "kind", "at", "recorded_at")
    list_display_links = ("client", "freelancer")
    list_filter = ("kind",)
    list_select_related = ("client", "freelancer")
    search_fields = ("client__name", "client__external_id", "freelancer__name", "=external_id")
    ordering = ("-pk",)
    raw_id_fields = ("client", "freelancer")
    fields = ("client", "freelancer", "kind", "at", "recorded", "external_id")

    def get_readonly_fields(self, request: HttpRequest, obj: Relationship | None = None) -> Any:
        fixed = ("recorded", "external_id")
        return ("client", "freelancer", *fixed) if obj else fixed

    def save_model(self, request: HttpRequest, obj: Relationship, form: Any, change: bool) -> None:
        self._lock(obj)
        obj.recorded_at = database_now()
        obj.save()

    def delete_model(self, request: HttpRequest, obj: Relationship) -> None:
        with transaction.atomic():
            self._lock(obj)
            obj.delete()

    def _lock(self, relationship: Relationship) -> None:
        lock_client(relationship.client_id)
        lock_freelancer(relationship.freelancer_id)
