"""Who may see a page: each guard hands the view the thing it is about, or refuses."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import FreelancerProfile, Membership, User

P = ParamSpec("P")
T = TypeVar("T")
MemberView = Callable[Concatenate[HttpRequest, Membership, P], HttpResponse]
FreelancerView = Callable[Concatenate[HttpRequest, FreelancerProfile, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def person(request: HttpRequest) -> User:
    """The signed-in user; every page without one was turned away before."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def member_of(request: HttpRequest) -> Membership | None:
    """The reader's place in a client account. One query for a request, however often asked."""
    return _once(request, "_member", _read_member)


def freelancer_of(request: HttpRequest) -> FreelancerProfile | None:
    """The reader's freelancer profile. One query for a request, however often asked."""
    return _once(request, "_freelancer", _read_freelancer)


def member_only(view: MemberView[P]) -> View[P]:
    """The view's second argument is the reader's membership; others get 403."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        member = member_of(request)
        if member is None:
            raise PermissionDenied(_("This page is for members of a client account."))
        return view(request, member, *args, **kwargs)

    return guarded


def owner_only(view: MemberView[P]) -> View[P]:
    """The view's second argument is the reader's membership, as an owner; others get 403."""

    @wraps(view)
    def guarded(
        request: HttpRequest, member: Membership, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if member.role != Membership.Role.OWNER:
            raise PermissionDenied(_("Only an owner of the account can change it."))
        return view(request, member, *args, **kwargs)

    return member_only(guarded)


def freelancer_only(view: FreelancerView[P]) -> View[P]:
    """The view's second argument is the reader's freelancer profile; others get 403."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        freelancer = freelancer_of(request)
        if freelancer is None:
            raise PermissionDenied(_("This page is for freelancers."))
        return view(request, freelancer, *args, **kwargs)

    return guarded


def act_of(page: str, *, alone: bool = False) -> Callable[[View[P]], View[P]]:
    """For addresses that only act: a POST acts, and whoever comes there by a link, a reload or
    after signing in again is sent to the `page` that the button stands on. `alone`: there is one
    such page, whatever the act's address names."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method != "POST":
                return redirect(reverse(page) if alone else reverse(page, args=args, kwargs=kwargs))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _read_member(user: User) -> Membership | None:
    current = Membership.objects.select_related("client").filter(user=user, left_at=None)
    return current.first()


def _read_freelancer(user: User) -> FreelancerProfile | None:
    return FreelancerProfile.objects.filter(user=user, deactivated_at=None).first()


def _once(request: HttpRequest, name: str, read: Callable[[User], T | None]) -> T | None:
    if not hasattr(request, name):
        user = request.user
        setattr(request, name, read(user) if isinstance(user, User) else None)
    return cast("T | None", getattr(request, name))
