"""The gate as people read it: the client's own standing, and the published policy."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.guards import member_only
from accounts.keyset import page
from accounts.models import Membership
from eligibility import selectors as eligibility
from messaging import selectors, wording
from messaging.quota import quota_at
from messaging.slots import next_cycle_start
from messaging.told import ledger_lines


@require_safe
@member_only
def can_i_write(request: HttpRequest, member: Membership) -> HttpResponse:
    """Yes or no and why: every criterion with its figure, then the slots and their ledger."""
    now = database_now()
    verdict = eligibility.verdict_at(member.client_id, now)
    quota = quota_at(member.client_id, verdict.quota, anchor_day=verdict.anchor_day, now=now)
    due = selectors.due_lines(member.client, verdict)
    rows = page(request, selectors.ledger(member.client), "at")
    context = {
        "verdict": verdict,
        "verdict_sentence": wording.answer(verdict, quota, now),
        "quota": quota,
        "free": range(quota.left),
        "renews_at": next_cycle_start(verdict.anchor_day, now) if quota.window == "cycle" else None,
        "quota_sentence": wording.quota_sentence(quota, now),
        "against": eligibility.against_standing(member.client_id, now),
        "page": rows,
        "ledger": ledger_lines(rows.rows, due, verdict, first_page=not rows.newer_url),
        "now": now,
    }
    return render(request, "gate/can_i_write.html", context)


@login_not_required
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """The published criteria, from the same row the evaluation reads."""
    return render(request, "gate/policy.html", {"policy": eligibility.policy_at(database_now())})
