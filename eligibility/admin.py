"""The gate's facts at the desk: shown, and changed by nobody. A policy can only be added."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly, is_superuser
from accounts.clock import database_now
from accounts.models.client import Plan
from eligibility.models import BillingMethod, Dispute, Payment, Policy, Refund
from eligibility.rules import Criterion

BY_CLIENT = ("client__name", "=client__external_id")


@admin.display(description=_("US dollars"), ordering="amount_cents")
def dollars(row: Payment | Refund) -> str:
    return f"{row.amount_cents // 100:,}.{row.amount_cents % 100:02d}"


@admin.register(Payment)
class PaymentAdmin(ReadOnly[Payment]):
    list_display = ("event_id", "client", dollars, "at", "recorded_at")
    list_select_related = ("client",)
    search_fields = ("=event_id", *BY_CLIENT)
    ordering = ("-pk",)


@admin.register(Refund)
class RefundAdmin(ReadOnly[Refund]):
    list_display = ("event_id", "client", "payment_event_id", dollars, "at", "recorded_at")
    list_select_related = ("client",)
    search_fields = ("=event_id", "=payment_event_id", *BY_CLIENT)
    ordering = ("-pk",)


@admin.register(Dispute)
class DisputeAdmin(ReadOnly[Dispute]):
    list_display = ("event_id", "client", "payment_event_id", "step", "at", "recorded_at")
    list_select_related = ("client",)
    list_filter = ("step",)
    search_fields = ("=event_id", "=payment_event_id", *BY_CLIENT)
    ordering = ("-pk",)


@admin.register(BillingMethod)
class BillingMethodAdmin(ReadOnly[BillingMethod]):
    list_display = ("label", "client", "verified_at", "expires_at", "removed_at")
    list_select_related = ("client",)
    search_fields = ("=external_id", *BY_CLIENT)
    ordering = ("-pk",)


class PolicyForm(forms.ModelForm[Policy]):
    """A new version of the gate. It starts later than now: nobody is judged unannounced."""

    class Meta:
        model = Policy
        fields = (
            "version",
            "starts_at",
            "spend_over_cents",
            "spend_window_months",
            "tenure_over_days",
            "first_payment_over_days",
            "plans",
        )

    def clean_starts_at(self) -> Any:
        starts_at = self.cleaned_data["starts_at"]
        if starts_at <= database_now():
            raise forms.ValidationError(
                _("Choose an instant that is still to come, so that clients can read it first.")
            )
        return starts_at

    def clean_plans(self) -> Any:
        plans = self.cleaned_data["plans"]
        if not _is_whole(plans):
            raise forms.ValidationError(
                _(
                    "Every plan (%(plans)s) needs “may_start” (true or false), “criteria” (a list "
                    "of %(criteria)s) and “quota” with “slots” and “window” (day or cycle), may "
                    "add “returns” to the quota, and has nothing else. Slots and returns are whole "
                    "numbers from 0. Start from the plans of the last version."
                ),
                params={"plans": ", ".join(Plan.values), "criteria": ", ".join(Criterion)},
            )
        return plans


def _is_whole(plans: Any) -> bool:
    if not isinstance(plans, dict) or set(plans) != set(Plan.values):
        return False
    return all(_is_plan(plan) for plan in plans.values())


def _is_plan(plan: Any) -> bool:
    match plan:
        case {
            "may_start": bool(),
            "criteria": list(criteria),
            "quota": dict(quota),
            **more,
        }:
            known = all(criterion in tuple(Criterion) for criterion in criteria)
            return known and not more and _is_quota(quota)
        case _:
            return False


def _is_quota(quota: dict[str, Any]) -> bool:
    match quota:
        case {"slots": slots, "window": "day" | "cycle", **more}:
            return _is_count(slots) and _is_count(more.pop("returns", 0)) and not more
        case _:
            return False


def _is_count(value: Any) -> bool:
    """JSON's `true` is an int to Python, and no number to anybody else."""
    return type(value) is int and value >= 0


@admin.register(Policy)
class PolicyAdmin(ReadOnly[Policy]):
    """Versions are published, never edited: every receipt names the one it was judged by."""

    form = PolicyForm
    list_display = ("version", "starts_at", "spend_over_cents", "tenure_over_days", "recorded_at")
    ordering = ("-version",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        """The last version's numbers, to change a few of them."""
        last = Policy.objects.order_by("version").last()
        if last is None:
            return {}
        copied = {name: getattr(last, name) for name in PolicyForm.Meta.fields}
        return copied | {"version": last.version + 1, "starts_at": None}

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        obj.recorded_at = database_now()
        obj.save(force_insert=True)
