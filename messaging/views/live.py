"""What an open page asks for when it hears that something changed: parts, the same as in pages."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.guards import freelancer_of, freelancer_only, member_of, person
from accounts.models import FreelancerProfile
from messaging import selectors
from messaging.forms import Shown
from messaging.models.conversation import Side
from messaging.selectors import Counts
from messaging.standing import standing
from messaging.views.conversations import was_seen
from messaging.views.requests import shown_of

#: So many messages come at once; the page asks again for the rest.
MOST_MESSAGES = 50


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The badges, and a word about what is new; 204 where they are as they were."""
    reader, member, freelancer = person(request), member_of(request), freelancer_of(request)
    now = selectors.counts(reader, member, freelancer, database_now())
    seen = request.GET.get("seen", "")
    if seen == str(now):
        return HttpResponse(status=204)
    # Not `render`: every page's context would count once more.
    context = {
        "counts": now,
        "said": _said(now, Counts.said(seen)),
        "freelancer": freelancer,
        "member": member,
        "swapped": True,
    }
    return HttpResponse(render_to_string("live/counts.html", context))


def _said(now: Counts, before: Counts) -> str:
    news = [
        (now.unopened > before.unopened, _("A new request waits.")),
        (now.unread > before.unread, _("A new message has come.")),
        (now.noticed > before.noticed, _("There is a new notice.")),
    ]
    return " ".join(sentence for is_new, sentence in news if is_new)


@require_safe
def live_thread(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The messages after the one numbered `after`, and whether the newest was read. Numbers are
    given under a lock, so none comes later with a lower one: nothing is missed, and nothing comes
    twice."""
    now = database_now()
    shown, side = selectors.conversation_of(
        member_of(request), freelancer_of(request), public_id, now
    )
    after = Shown(request.GET).last
    # With the last one the page has, to know whether a new day begins.
    found = list(
        selectors.thread(shown).filter(seq__gte=after).order_by("seq")[: MOST_MESSAGES + 1]
    )
    if not found:
        return HttpResponse(status=204)
    seen, last = was_seen(shown, side, found[-1]), found[-1].seq
    if last <= after and seen == ("seen" in request.GET):
        return HttpResponse(status=204)
    is_freelancer = side is Side.FREELANCER
    context = {
        "shown": shown,
        "side": side,
        "other": shown.client if is_freelancer else shown.freelancer,
        "thread": found,
        "after": after,
        "last": last,
        "seen": seen,
        "has_unread": (shown.freelancer_read_seq if is_freelancer else shown.client_read_seq)
        < last,
    }
    response = render(request, "live/thread.html", context)
    if last < shown.last_seq:
        response["HX-Trigger-After-Settle"] = "live"
    return response


@require_safe
@freelancer_only
def live_requests(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """How many requests wait that are newer than what the page has shown, what became of those
    cards that wait no more, and the cards of those that wait again. Three queries, and those of the
    cards if there are any; no letter is read."""
    page, now = Shown(request.GET), database_now()
    cards = set(page.cards)
    seen = list(selectors.chosen(freelancer, [*page.known, *cards]))
    blocked = selectors.blocked_among(freelancer, [one.client_id for one in seen])
    stands = [(one, standing(one, now, blocked=one.client_id in blocked)) for one in seen]
    again = [one for one, how in stands if how.can_answer and one.public_id not in cards]
    context = {
        "new": selectors.newer(freelancer, seen, now),
        "is_empty": not seen,
        "left": [
            (one, how) for one, how in stands if one.public_id in cards and not how.can_answer
        ],
        "again": shown_of(freelancer, again, now) if again else [],
        "place": "waiting",
        "back": reverse("requests"),
    }
    return render(request, "live/requests.html", context)
