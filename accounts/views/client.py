"""The client account: what is seen of it, and who writes for it."""

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import limits, selectors, services
from accounts.clock import database_now
from accounts.forms import ClientForm, InviteForm, RoleForm
from accounts.guards import act_of, member_only, owner_only
from accounts.mail import send_invitation
from accounts.models import Membership

ONLY_OWNERS = gettext_lazy("Only an owner of the account can change it.")
LAST_OWNER = gettext_lazy(
    "{name} is the only owner. Make somebody else an owner first: an account without one could "
    "not be changed by anybody."
)


@member_only
def client_account(request: HttpRequest, member: Membership) -> HttpResponse:
    """What freelancers see of the account, and its members; owners edit both."""
    owner = member.role == Membership.Role.OWNER
    if request.method == "POST" and not owner:
        raise PermissionDenied(ONLY_OWNERS)
    form = ClientForm(request.POST or None, instance=member.client, disabled=not owner)
    if request.method == "POST" and form.is_valid():
        form.save()
        flash.success(request, _("Saved. Freelancers see it from now on."))
        return redirect("client_account")
    return _page(request, member, form=form, status=422 if form.errors else 200)


@act_of("client_account")
@owner_only
def invite(request: HttpRequest, owner: Membership) -> HttpResponse:
    """Ask somebody by mail; once more, while they have not answered, renews it and mails again."""
    form = InviteForm(request.POST)
    seconds = limits.seconds_to_wait(request, "inviting")
    if seconds:
        sentence = limits.wait_sentence(seconds)
        response = _page(request, owner, invite=form, refusal=sentence, status=429)
        return limits.retry_after(response, seconds)
    if not form.is_valid():
        return _page(request, owner, invite=form, status=422)
    email = form.cleaned_data["email"]
    try:
        invitation = services.invite(owner=owner, email=email, clock=database_now)
    except services.AlreadyMember:
        form.add_error("email", _("This person writes for the account already."))
        return _page(request, owner, invite=form, status=422)
    except services.NotAnOwner as refused:
        raise PermissionDenied(ONLY_OWNERS) from refused
    if send_invitation(request, invitation):
        flash.success(request, _("Invited. A mail is on its way to {email}.").format(email=email))
    else:
        sentence = _("{email} is invited, but the mail could not be sent. Send it again later.")
        flash.warning(request, sentence.format(email=email))
    return redirect("client_account")


@act_of("client_account", alone=True)
@owner_only
def revoking(request: HttpRequest, owner: Membership, code: str) -> HttpResponse:
    """Take an invitation back."""
    invitation = selectors.own_invitation(owner.client, code)
    try:
        services.revoke_invitation(owner=owner, invitation=invitation, clock=database_now)
    except services.InvitationOver:
        sentence = _("{email} has joined meanwhile, so there is nothing to take back.")
        return _page(request, owner, refusal=sentence.format(email=invitation.email), status=409)
    except services.NotAnOwner as refused:
        raise PermissionDenied(ONLY_OWNERS) from refused
    sentence = _("The invitation to {email} is taken back.")
    flash.success(request, sentence.format(email=invitation.email))
    return redirect("client_account")


@act_of("client_account", alone=True)
@owner_only
def role(request: HttpRequest, owner: Membership, pk: int) -> HttpResponse:
    """Make a member an owner, or an owner a member."""
    member = selectors.own_member(owner.client, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        refusal = " ".join(str(error) for error in form.errors["role"])
        return _page(request, owner, refusal=refusal, status=422)
    to = Membership.Role(form.cleaned_data["role"])
    try:
        services.set_role(owner=owner, member=member, role=to, clock=database_now)
    except services.LastOwner:
        return _last_owner(request, owner, member)
    except services.NotAnOwner as refused:
        raise PermissionDenied(ONLY_OWNERS) from refused
    if to == Membership.Role.OWNER:
        sentence = _("{name} owns the account from now on, as you do.")
    else:
        sentence = _("{name} writes for the account, and owns it no more.")
    flash.success(request, sentence.format(name=member.user.name))
    return redirect("client_account")


@act_of("client_account", alone=True)
@owner_only
def removal(request: HttpRequest, owner: Membership, pk: int) -> HttpResponse:
    """Somebody no longer writes for the account."""
    member = selectors.own_member(owner.client, pk)
    try:
        services.remove_member(owner=owner, member=member, clock=database_now)
    except services.LastOwner:
        return _last_owner(request, owner, member)
    except services.NotAnOwner as refused:
        raise PermissionDenied(ONLY_OWNERS) from refused
    sentence = _("{name} writes for the account no more. It holds from now on.")
    flash.success(request, sentence.format(name=member.user.name))
    return redirect("home" if member == owner else "client_account")


@act_of("client_account")
@member_only
def leaving(request: HttpRequest, member: Membership) -> HttpResponse:
    """The reader no longer writes for the account."""
    try:
        services.leave(member=member, clock=database_now)
    except services.LastOwner:
        return _last_owner(request, member, member)
    sentence = _("You write for {name} no more.")
    flash.success(request, sentence.format(name=member.client.name))
    return redirect("home")


def _last_owner(request: HttpRequest, reader: Membership, member: Membership) -> HttpResponse:
    refusal = str(LAST_OWNER).format(name=member.user.name)
    return _page(request, reader, refusal=refusal, status=409)


def _page(
    request: HttpRequest,
    member: Membership,
    *,
    form: ClientForm | None = None,
    invite: InviteForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page; forms that were not sent stand as they are stored."""
    owner = member.role == Membership.Role.OWNER
    members = list(selectors.members(member.client))
    context = {
        "form": form or ClientForm(instance=member.client, disabled=not owner),
        "invite": invite or InviteForm(),
        "owner": owner,
        "members": members,
        "owners": sum(
            each.role == Membership.Role.OWNER and each.user.is_active for each in members
        ),
        "unanswered": selectors.unanswered(member.client) if owner else [],
        "refusal": refusal,
        "now": timezone.now(),
    }
    return render(request, "settings/client_account.html", context, status=status)
