"""Rows that break what must hold of gate, slots and door, one at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from accounts.models import FreelancerProfile, Membership
from messaging.door import Door, door_content
from messaging.models import ContactRequest, Conversation, Message, OpenDoorLink, QuotaEntry
from tests import people
from tests.messaging import planted

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Site:
    """Cleo and Finn talk, with a flag in it; Otto and Petra wait for Finn; Olga has a link, and
    has said no to Otto and "not now" to Petra, long ago."""

    cleo: Membership
    otto: Membership
    petra: Membership
    finn: FreelancerProfile
    olga: FreelancerProfile
    link: OpenDoorLink
    now: datetime

    @property
    def waiting(self) -> ContactRequest:
        return ContactRequest.objects.filter(state="waiting").latest("id")

    def plant(self, **columns: Any) -> ContactRequest:
        """A request of Cleo's to Fay, who has none yet, of a minute ago."""
        return planted.request(self.cleo, fay(), self.now - MINUTE, **columns)

    def through(self, terms: Door, way: str = "door", **receipt: Any) -> ContactRequest:
        """The same, with a receipt that says so of Fay's door."""
        return self.plant(
            receipt={"door": door_content(terms, way), **receipt}, through_door=way == "door"
        )


def fay() -> FreelancerProfile:
    found = FreelancerProfile.objects.filter(name="Fay").first()
    return found or people.freelancer("Fay")


# The gate


def request_without_receipt(site):
    request = site.waiting
    message = Message.objects.create(
        conversation=Conversation.objects.create(
            client=request.client, freelancer=fay(), last_at=site.now, last_seq=1
        ),
        seq=1,
        author=request.member,
        sender_client=request.client,
        body="Past every check.",
        sent_at=site.now,
        submission_key="by hand",
    )
    ContactRequest.objects.create(
        client=request.client,
        freelancer=fay(),
        conversation=message.conversation,
        message=message,
        member=message.author,
        kind="other",
        budget="open",
        start="open",
        sent_at=message.sent_at,
        expires_at=message.sent_at + 14 * DAY,
    )


def unmet_criterion(site):
    told = planted.results(site.cleo, site.now - MINUTE, tenure={"met": False})
    site.plant(receipt={"results": told})


def criterion_left_out(site):
    site.plant(receipt={"results": planted.results(site.cleo, site.now - MINUTE)[1:]})


def criterion_too_many(site):
    told = planted.results(site.cleo, site.now - MINUTE)
    site.plant(receipt={"results": [*told, told[0]]})


def nothing_asked_for(site):
    told = planted.results(site.cleo, site.now - MINUTE)
    site.plant(receipt={"results": [row | {"required": False} for row in told]})


def known_but_on_hold(site):
    told = planted.results(site.cleo, site.now - MINUTE, good_standing={"met": False})
    site.plant(receipt={"results": told, "basis": "relationship"}, slot=False)


def hold_dated_back(site):
    request = ContactRequest.objects.filter(freelancer=site.finn).earliest("id")
    people.hold(request.client, request.sent_at - MINUTE)


def hold_released_after_a_message(site):
    request = ContactRequest.objects.filter(freelancer=site.finn).earliest("id")
    hold = people.hold(request.client, request.sent_at - MINUTE)
    hold.released_at = hold.release_recorded_at = request.sent_at + MINUTE
    hold.save()


def refund_dated_back(site):
    payment = site.cleo.client.payments.get()
    people.refund(payment, people.PLENTY, payment.at)


def receipt_of_another_policy(site):
    site.plant(receipt={"plan": "plus", "results": planted.all_met(site.cleo, site.now - MINUTE)})


# Slots


def sixth_slot(site):
    for number in range(5):
        planted.request(site.cleo, people.freelancer(f"F{number}"), site.now - MINUTE)


def slot_moved(site):
    ContactRequest.objects.filter(state="waiting").update(sent_at=F("sent_at") - MINUTE)


def no_slot(site):
    site.plant(slot=False)


def slot_of_a_known_client(site):
    site.plant(receipt={"basis": "relationship"})


def credit_for_nothing(site):
    QuotaEntry.objects.create(
        client=site.waiting.client, request=site.waiting, kind="returned", slots=-1, at=site.now
    )


def credit_at_another_instant(site):
    request = ContactRequest.objects.get(state="put_off")
    assert request.ended_at
    QuotaEntry.objects.create(
        client=request.client, request=request, kind="returned", slots=-1, at=request.ended_at
    )


# The door


def known_past_a_door_that_lets_nobody_pass(site):
    site.through(Door(known_clients_pass=False), "known", basis="relationship")


def known_by_the_gate(site):
    site.through(Door(), "known")


def link_way_without_a_link(site):
    site.through(Door(state="closed"), "link")


def link_where_the_door_was_open(site):
    site.through(Door(), "door", link=site.link)


def by_the_door_and_not_counted(site):
    site.plant(through_door=False)


def closed(site):
    site.through(Door(state="closed"))


def paused(site):
    site.through(Door(paused_until=site.now))


def two_where_one_a_day_comes_in(site):
    planted.request(site.otto, fay(), site.now - 2 * MINUTE)
    site.through(Door(state="selective", intake_day=1))


def two_where_one_a_week_comes_in(site):
    planted.request(site.otto, fay(), site.now - 6 * DAY)
    site.through(Door(state="selective", intake_week=1))


def link_used_up(site):
    terms = door_content(Door(state="closed"), "link")
    planted.request(
        site.cleo,
        site.olga,
        site.now - MINUTE,
        receipt={"door": terms, "link": site.link},
        through_door=False,
    )


def link_past_its_end(site):
    used = ContactRequest.objects.get(state="put_off").sent_at
    OpenDoorLink.objects.update(expires_at=used)


def link_revoked(site):
    OpenDoorLink.objects.update(revoked_at=site.now - 4 * DAY)


def link_of_another_freelancer(site):
    site.through(Door(state="closed"), "link", link=site.link)


def link_before_it_was_made(site):
    OpenDoorLink.objects.update(made_at=site.now - DAY)
