"""Sends what the outbox holds: claim, effect, mark.

Any number of processes may drain it. A person's mails are claimed together, for TURN, so that one
process sends them; each claim is looked at once more when its mail leaves, and is then for LEASE.
Whoever dies in between lets the claim run out, and the next sends the mail again with the same
Message-ID. Nothing here writes anything but the outbox's own marks.
"""

import logging
import re
import smtplib
import time
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts import bell, metrics
from accounts.clock import Clock
from accounts.mail import NOT_SENT
from accounts.models import Notification, User
from messaging.mails import Mail, Sorted, mails

#: How long a claimed mail waits for its turn, and for another if its holder died meanwhile.
TURN = timedelta(seconds=8)
#: From then on: longer than one takes at a server that answers each command just within
#: EMAIL_TIMEOUT.
LEASE = timedelta(seconds=90)
PEOPLE = 50  # claimed together
ROWS = 2000  # of theirs, at most
BELLS = 500  # rung in one transaction
RING_EVERY = 1.0  # seconds
#: After so many tries a mail waits so long for the next.
BACK_OFF = [timedelta(seconds=each) for each in (15, 60, 300, 900, 3600, 4 * 3600, 12 * 3600)]
#: What a server says of an address that takes no mail (RFC 3463, RFC 7505). One that gives no such
#: code may as well speak of itself: "550 Relaying denied".
NO_MAILBOX = re.compile(rb"5\.1\.(1|2|3|6|10)\b")
#: A server that knows none of so many people in a row is set up wrong; nobody else is blamed.
MOST_REFUSALS = 3
ANSWER = Notification.Kind.ANSWER
log = logging.getLogger(__name__)


def drain(*, clock: Clock, seconds: float = 20.0) -> Counter[str]:
    """Ring what has become due, and send the mails that are due, for at most so many seconds.
    Returns how many were "rung", "sent", "needless", "bounced", "failed" and "parked"."""
    until = time.monotonic() + seconds
    post = _Post()
    try:
        post.ring(clock)
        while time.monotonic() < until and (claimed := _claim(clock)):
            post.send(claimed, until, clock)
            if post.is_away:
                break
    finally:
        post.close()
        for outcome, mails_ in post.done.items():
            metrics.MAILS.labels(outcome).inc(mails_)
    return post.done + Counter(rung=post.rung)


def drain_or_tell(*, clock: Clock) -> None:
    """The same, for whoever runs it again and again. What went wrong is told by its class alone,
    as an error's own text can hold a person's, and the next run tries again."""
    try:
        drain(clock=clock)
    except Exception as error:  # noqa: BLE001 - whatever it was, the next run is due
        log.error("The outbox was left: %s", type(error).__name__)


def ring_due(*, clock: Clock) -> int:
    """Ring for what is told later than it happened, such as an answer after its half minute."""
    due = Notification.objects.filter(rung_at=None, due_at__lte=clock()).order_by("due_at")
    # Looked at first without a transaction: on SQLite every one keeps the other writers out.
    if not due.exists():
        return 0
    with transaction.atomic(durable=True):
        locked = due.select_for_update(skip_locked=True)
        rows = list(locked.values_list("pk", "kind", "recipient", "client")[:BELLS])
        Notification.objects.filter(pk__in=[row[0] for row in rows]).update(rung_at=clock())
        bell.ring(*{recipient for _pk, _kind, recipient, _client in rows})
        # An answer is on the pages of all who write for the account, not of whom it is told alone.
        for client in {client for _pk, kind, _to, client in rows if kind == ANSWER}:
            bell.ring_sides(client_id=client)
    return len(rows)


def waiting_mails() -> QuerySet[Notification]:
    """The mails that were neither sent nor given up."""
    return Notification.objects.filter(mail_due_at__isnull=False, mailed_at=None, parked_at=None)


def _free(now: datetime) -> QuerySet[Notification]:
    """Those of them that nobody is about to send."""
    return waiting_mails().filter(Q(claimed_until=None) | Q(claimed_until__lte=now))


def _claim(clock: Clock) -> list[Notification]:
    """All that is due to a few people, those who wait longest first. Whose mails somebody else is
    just claiming is left to them."""
    longest = _free(clock()).filter(mail_due_at__lte=clock()).order_by("mail_due_at", "pk")
    due = set(longest.values_list("recipient", flat=True)[: 5 * PEOPLE])
    if not due:
        return []
    with transaction.atomic(durable=True):
        people = User.objects.filter(pk__in=due).select_for_update(no_key=True, skip_locked=True)
        locked = list(people.values_list("pk", flat=True)[:PEOPLE])
        now = clock()
        told = _free(now).filter(recipient__in=locked, due_at__lte=now)
        rows = told.select_related("recipient", "client", "freelancer")
        # With what is due goes what is of the same kind, of messages what is of the same
        # conversation: it would follow in a moment.
        found = list(rows.order_by("mail_due_at", "pk")[:ROWS])
        if len(found) == ROWS:
            # A mail that was tried goes again whole.
            tried = rows.filter(mail__in={row.mail for row in found if row.mail})
            found += tried.exclude(pk__in=[row.pk for row in found])
        claimed = _with_what_is_due(found, now)
        Notification.objects.filter(pk__in=[row.pk for row in claimed]).update(
            claimed_until=now + TURN
        )
    for row in claimed:
        row.claimed_until = now + TURN
    return claimed


def _with_what_is_due(rows: list[Notification], now: datetime) -> list[Notification]:
    due = {
        _goes_with(row) for row in rows if row.mail_due_at is not None and row.mail_due_at <= now
    }
    return [row for row in rows if _goes_with(row) in due]


def _goes_with(row: Notification) -> Hashable:
    talk = row.public_id if row.kind == Notification.Kind.MESSAGE else None
    return row.mail or (row.recipient_id, row.kind, talk)


class _Post:
    """One connection to the mail server, and what became of the mails given to it."""

    #: Of all the mails of this process: one drain may send a single mail.
    refused_in_a_row: ClassVar[int] = 0

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.rung = 0
        self.is_away = False
        self._server: BaseEmailBackend = get_connection()
        self._rings_at = 0.0
        # Of the claim or the mail before: near enough for a lease, and a query less for each mail.
        self._now: datetime

    def ring(self, clock: Clock) -> None:
        """Ring for what has become due, which it also does while a slow server takes its mails."""
        if time.monotonic() >= self._rings_at:
            self.rung += ring_due(clock=clock)
            self._rings_at = time.monotonic() + RING_EVERY

    def send(self, claimed: list[Notification], until: float, clock: Clock) -> None:
        """Send what is claimed, and give back what there is no time for: `until` is an instant of
        the monotonic clock."""
        self._now = clock()
        worn = [row for row in claimed if row.tries >= Notification.MOST_TRIES]
        self._park(worn, "HolderDied", self._now)
        for told in _sorted([row for row in claimed if row not in worn], self._now):
            _mark(told.needless, mail_due_at=None, claimed_until=None)
            self.done["needless"] += len(told.needless)
            for rows, error in told.failed:
                if _take_turn(rows, self._now):
                    self._failed(rows, error, clock)
            left: list[Notification] = []
            for letter in told.mails:
                if self.is_away or time.monotonic() > until:
                    left += letter.rows
                elif _take_turn(letter.rows, self._now, mail=letter.id):
                    self._send(letter, clock)
                    self.ring(clock)
                else:
                    _mark(letter.rows, claimed_until=None)
            _give_back(left)

    def _send(self, letter: Mail, clock: Clock) -> None:
        try:
            self._server.open()
        except NOT_SENT as error:
            self.is_away = True
            self._failed(letter.rows, error, clock)
            return
        try:
            self._server.send_messages([letter.message])
        except smtplib.SMTPRecipientsRefused as error:
            self._refused(letter, error, clock)
        except NOT_SENT as error:
            # A server that hung up will not take the next mail either.
            hung_up = isinstance(error, smtplib.SMTPServerDisconnected)
            self.is_away = hung_up or not isinstance(error, smtplib.SMTPException | ValueError)
            self._failed(letter.rows, error, clock)
        else:
            self._now, _Post.refused_in_a_row = clock(), 0
            _mark_sent(letter.rows, self._now)
            self.done["sent"] += 1

    def _refused(self, letter: Mail, error: smtplib.SMTPRecipientsRefused, clock: Clock) -> None:
        """There is no such mailbox, or the server would rather not just now."""
        _Post.refused_in_a_row += 1
        no_mailbox = all(NO_MAILBOX.match(said) for _code, said in error.recipients.values())
        if not no_mailbox or _Post.refused_in_a_row > MOST_REFUSALS:
            self._failed(letter.rows, error, clock)
            return
        person = letter.person
        # The address that was written to: it may have been changed meanwhile.
        same = User.objects.filter(pk=person.pk, email=person.email, bounced_at=None)
        same.update(bounced_at=clock())
        _mark(letter.rows, mail_due_at=None, claimed_until=None, trouble="NoSuchMailbox")
        self.done["bounced"] += 1

    def _failed(self, rows: Sequence[Notification], error: Exception, clock: Clock) -> None:
        """Tried again later and later, and in the end parked, where an operator finds it."""
        self.done["failed"] += 1
        self.close()
        trouble = type(error).__name__
        log.warning("A mail was not sent: %s", trouble)
        now = self._now = clock()
        tries = rows[0].tries
        if tries >= Notification.MOST_TRIES:
            self._park(rows, trouble, now)
        else:
            _mark(rows, claimed_until=now + BACK_OFF[tries - 1], trouble=trouble[:60])

    def _park(self, rows: Sequence[Notification], trouble: str, now: datetime) -> None:
        _mark(rows, claimed_until=None, parked_at=now, trouble=trouble[:60])
        self.done["parked"] += len(rows)

    def close(self) -> None:
        """A server that hung up is as good as closed."""
        try:
            self._server.close()
        except NOT_SENT:
            self._server = get_connection()


def _claimed(rows: Sequence[Notification]) -> QuerySet[Notification]:
    """Those of the rows, which were claimed together, that still are."""
    pks = [row.pk for row in rows]
    held = Notification.objects.filter(pk__in=pks, claimed_until=rows[0].claimed_until)
    # What is sent or parked is not claimed. To ask for that too would let PostgreSQL look for these
    # few among all that wait, by an index that it believes to be empty as it mostly is.
    return held.filter(mail_due_at__isnull=False)


def _sorted(rows: list[Notification], now: datetime) -> Iterator[Sorted]:
    """Their mails; where that fails, person by person, so that one holds up no other."""
    try:
        yield mails(rows, now)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, the others have their mail
        people = {row.recipient_id for row in rows}
        if len(people) == 1:
            yield Sorted(failed=[(rows, error)])
            return
        for person in people:
            yield from _sorted([row for row in rows if row.recipient_id == person], now)


def _take_turn(rows: Sequence[Notification], now: datetime, **marks: Any) -> bool:
    """Claim them for the time that sending may take, and count the try, which is one for all.
    Whether all of them may leave still: nobody took them over, nor wants them no more."""
    tries = max(row.tries for row in rows) + 1
    taken = _claimed(rows).update(claimed_until=now + LEASE, tries=tries, **marks)
    for row in rows:
        row.claimed_until, row.tries = now + LEASE, tries
    return taken == len(rows)


def _mark(rows: Sequence[Notification], **marks: Any) -> None:
    if rows:
        _claimed(rows).update(**marks)


def _give_back(rows: Sequence[Notification]) -> None:
    """In the order in which whoever changes what they want locks theirs."""
    if rows:
        with transaction.atomic(durable=True):
            held = _claimed(rows).order_by("pk").select_for_update(no_key=True)
            pks = list(held.values_list("pk", flat=True))
            Notification.objects.filter(pk__in=pks).update(claimed_until=None)


def _mark_sent(rows: Sequence[Notification], now: datetime) -> None:
    """What is sent is sent, also if it was chosen otherwise or taken over while it was."""
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(
        mailed_at=now,
        mail_due_at=Coalesce("mail_due_at", Value(now)),
        claimed_until=None,
        parked_at=None,
        trouble="",
    )
