"""Rate limits: how often a person or a network may try, and what happens when the counter is away.

They keep floods out. What the product promises (five new connections a day) is counted in the
database instead: a cache is not a ledger.
"""

import ipaddress
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django_ratelimit.core import get_usage
from redis.exceptions import RedisError

from accounts import metrics
from accounts.adapter import client_address
from accounts.breaker import Breaker, Open

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
log = logging.getLogger(__name__)
#: In front of Redis, which is asked several times in one request.
store = Breaker("rate counter", RedisError, OSError)


@dataclass(frozen=True, slots=True)
class Limit:
    """`person`, `network` and `client` (a client account, whoever writes for it) are rates such as
    "10/5m"; an empty one counts nothing. `open_without_store`: let pass while Redis is away, for
    what the database guards as well; otherwise answer 503. `typed`: the form's field that names a
    person who is not signed in."""

    person: str
    network: str
    open_without_store: bool
    typed: str = ""
    client: str = ""


#: Every limit there is; docs/settings.md says the same.
LIMITS = {
    "sign-in": Limit("10/5m", "60/5m", open_without_store=False, typed="login"),
    "sign-up": Limit("5/h", "20/h", open_without_store=False, typed="email"),
    "sending": Limit("60/h", "600/h", open_without_store=True),
    "message": Limit("20/m", "200/m", open_without_store=True),
    "draft": Limit("60/m", "600/m", open_without_store=True),
    "flagging": Limit("30/d", "100/d", open_without_store=True),
    "search": Limit("60/m", "300/m", open_without_store=True),
    "checking": Limit("30/h", "300/h", open_without_store=True),
    "inviting": Limit("20/h", "60/h", open_without_store=False),
    "refusals": Limit("", "", open_without_store=True, client="20/h"),
}


class StoreAway(Exception):
    """The rate counter cannot be reached and this limit does not go without it."""


def network(request: HttpRequest) -> str:
    """The visitor's address; of IPv6 the /64, which is what one household has."""
    address = ipaddress.ip_address(client_address(request))
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        # How a server that listens on both writes IPv4; one /64 would hold the whole of it.
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def person_key(request: HttpRequest, typed: str) -> str:
    """The signed-in user; otherwise what the field `typed` holds together with the network, so
    that a stranger's failures lock nobody out elsewhere."""
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    name = request.POST.get(typed, "").strip().lower()[:254]
    return f"{name}|{network(request)}"


def seconds_to_wait(request: HttpRequest, name: str) -> int:
    """Count this attempt; 0 when it may go ahead, else the seconds until the next may.

    Raises StoreAway.
    """
    limit = LIMITS[name]
    counters = {
        "person": (person_key(request, limit.typed), limit.person),
        "network": (network(request), limit.network),
    }
    usages = _usages(request, name, counters, counting=True)
    waits = [usage["time_left"] for usage in usages if usage["should_limit"]]
    if waits:
        metrics.OVER_LIMIT.labels(name).inc()
    return max(1, *waits) if waits else 0


def client_wait(request: HttpRequest, name: str, client_id: int, *, counting: bool = False) -> int:
    """The seconds until a client account may try again. Not `counting`: 0 while it has a try left;
    `counting` this try: 0 when it was within the limit.

    Raises StoreAway.
    """
    counters = {"client": (f"client:{client_id}", LIMITS[name].client)}
    for usage in _usages(request, name, counters, counting=counting):
        if usage["count"] >= usage["limit"] + counting:
            return max(1, usage["time_left"])
    return 0


def most(name: str) -> int:
    """How many tries a client account has."""
    return int(LIMITS[name].client.split("/")[0])


def _usages(
    request: HttpRequest, name: str, counters: dict[str, tuple[str, str]], *, counting: bool
) -> list[dict[str, int]]:
    """Each counter (its key and its rate) as it stands, with this try where `counting`; nothing
    where nothing is counted, or where the limit goes without its store while that is away.

    Raises StoreAway.
    """
    try:
        with store:
            usages = [
                get_usage(
                    request,
                    group=f"{name}:{by}",
                    key=lambda *_, k=key: k,
                    rate=rate,
                    increment=counting,
                )
                for by, (key, rate) in counters.items()
            ]
    except (RedisError, OSError, Open) as error:
        metrics.STORE_AWAY.inc()
        if not isinstance(error, Open):
            log.warning("rate counter away: %s", type(error).__name__)
        if LIMITS[name].open_without_store:
            return []
        raise StoreAway from error
    return [usage for usage in usages if usage]


def wait_sentence(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "That was more tries than we take in a short time. Try again in {n} minute.",
        "That was more tries than we take in a short time. Try again in {n} minutes.",
        minutes,
    ).format(n=minutes)


def limited(name: str, methods: tuple[str, ...] = ("POST",)) -> Callable[[View[P]], View[P]]:
    """Answer 429 with a sentence and Retry-After over the limit, 503 without the counter."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            # A HEAD costs what the GET costs.
            method = "GET" if request.method == "HEAD" else request.method
            seconds = seconds_to_wait(request, name) if method in methods else 0
            if seconds:
                return too_many(request, seconds)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def retry_after(response: HttpResponse, seconds: int) -> HttpResponse:
    response["Retry-After"] = str(seconds)
    return response


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    context = {"sentence": wait_sentence(seconds), "retry_after": seconds}
    return retry_after(render(request, "429.html", context, status=429), seconds)
