"""Who gets which answer where: one line for each address of the site, for GET and for POST.

The six columns are the six people of PEOPLE, in their order. POST is sent without any field, so an
accepted one is answered by the page's own complaint (422), by a redirect (303) or as told beside
it; a visitor's is 403, with what was typed. A GET of an address that only acts leads to its page.
"""

from tests.web.stage import World

#: A visitor; an eligible client's member; the freelancer; both, but of other accounts; neither;
#: a moderator.
PEOPLE = ["", "cleo", "finn", "otto", "wim", "mona"]

IN = "302 302 302 302 302 302"  # to the sign-in page, or on from there
MEMBERS = "302 {0} 403 {0} 403 403"
FREELANCERS = "302 403 {0} {0} 403 403"
POST_MEMBERS = MEMBERS.replace("302", "403", 1)
POST_FREELANCERS = FREELANCERS.replace("302", "403", 1)
SIGNED_OUT = "403 {0} {0} {0} {0} {0}"
EVERYBODY = "{0} {0} {0} {0} {0} {0}"
SIGNED_IN = "302 {0} {0} {0} {0} {0}"
VISITORS = "{0} 302 302 302 302 302"
ON = VISITORS.replace("302", "303")
NOBODY = EVERYBODY.format(405)

# name: (arguments from the world, GET, POST)
TABLE = {
    "home": ("", "200 302 302 302 200 302", NOBODY),
    "talent": ("", EVERYBODY.format(200), NOBODY),
    "talent_profile": ("finn.slug", EVERYBODY.format(200), NOBODY),
    "policy": ("", EVERYBODY.format(200), NOBODY),
    # Cleo talks to Finn already, so her way leads back to his page; Otto may write.
    "compose": ("finn.slug", "302 302 403 200 403 403", POST_MEMBERS.format(422)),
    # Nothing was typed, so nothing is kept: back to the page.
    "first_draft": ("finn.slug", IN, POST_MEMBERS.format(303)),
    "reply_draft": ("waiting.public_id", IN, "403 403 303 404 403 403"),
    "message_draft": ("conversation.public_id", IN, "403 303 303 404 404 404"),
    "write_first_draft": ("ida.client.public_id", IN, POST_FREELANCERS.format(303)),
    "requests": ("", FREELANCERS.format(200), SIGNED_OUT.format(405)),
    "request": ("waiting.public_id", "302 403 200 404 403 403", SIGNED_OUT.format(405)),
    "selection": ("", IN, POST_FREELANCERS.format(422)),
    "acting": ("", IN, POST_FREELANCERS.format(422)),
    "selection_result": ("", FREELANCERS.format(302), SIGNED_OUT.format(405)),
    # Without saying what to do, its page is the request's.
    "answer": ("waiting.public_id", "302 403 302 404 403 403", SIGNED_OUT.format(405)),
    "checking": ("waiting.public_id", IN, "403 403 303 404 403 403"),
    "opening": ("waiting.public_id", IN, "403 403 303 404 403 403"),
    "reply": ("waiting.public_id", IN, "403 403 422 404 403 403"),
    "accepting": ("waiting.public_id", IN, "403 403 303 404 403 403"),
    "declining": ("waiting.public_id", IN, "403 403 303 404 403 403"),
    # A "not now" needs its day.
    "putting_off": ("waiting.public_id", IN, "403 403 422 404 403 403"),
    # Nothing was answered that could be taken back.
    "undoing": ("waiting.public_id", IN, "403 403 409 404 403 403"),
    "blocking": ("waiting.public_id", IN, "403 403 303 404 403 403"),
    "unblocking": ("waiting.public_id", IN, "403 403 303 404 403 403"),
    "conversations": ("", "302 200 200 200 403 403", SIGNED_OUT.format(405)),
    "conversation": (
        "conversation.public_id",
        "302 200 200 404 404 404",
        SIGNED_OUT.format(405),
    ),
    "writing": ("conversation.public_id", IN, "403 422 422 404 404 404"),
    "reading": ("conversation.public_id", IN, "403 303 303 404 404 404"),
    # The reply is Finn's, to Cleo: she may flag it, he may not.
    "flag": ("reply.public_id", "302 200 404 404 404 404", "403 422 404 404 404 404"),
    "live": ("", SIGNED_IN.format(200), SIGNED_OUT.format(405)),
    "live_requests": ("", FREELANCERS.format(200), SIGNED_OUT.format(405)),
    "live_thread": ("conversation.public_id", "302 200 200 404 404 404", SIGNED_OUT.format(405)),
    "door": ("", FREELANCERS.format(200), POST_FREELANCERS.format(422)),
    "back_test": ("", IN, POST_FREELANCERS.format(422)),
    "pause_end": ("", IN, POST_FREELANCERS.format(303)),
    "blocks": ("", FREELANCERS.format(200), POST_FREELANCERS.format(422)),
    "blocking_client": (
        "ida.client.public_id",
        FREELANCERS.format(200),
        SIGNED_OUT.format(405),
    ),
    "links": ("", FREELANCERS.format(200), POST_FREELANCERS.format(422)),
    "revocation": ("link.code", IN, "403 403 303 404 403 403"),
    # Finn's own; to a client it leads on to where one writes to him.
    "open_door": ("link.code", "302 302 200 302 403 403", SIGNED_OUT.format(405)),
    "client": ("cleo.client.public_id", "302 200 200 200 403 200", SIGNED_OUT.format(405)),
    "block": ("cleo.client.public_id", IN, POST_FREELANCERS.format(303)),
    "unblock": ("cleo.client.public_id", IN, POST_FREELANCERS.format(303)),
    "block_freelancer": ("finn.slug", IN, POST_MEMBERS.format(303)),
    "unblock_freelancer": ("finn.slug", IN, POST_MEMBERS.format(303)),
    "client_blocks": ("", MEMBERS.format(200), SIGNED_OUT.format(405)),
    "sent": ("", MEMBERS.format(200), SIGNED_OUT.format(405)),
    "sent_request": ("answered.public_id", "302 200 403 404 403 403", SIGNED_OUT.format(405)),
    # Answered already: the way leads back to the request, and a POST hears how it stands now.
    "withdrawal": ("answered.public_id", "302 302 403 404 403 403", "403 409 403 404 403 403"),
    "eligibility": ("", MEMBERS.format(200), SIGNED_OUT.format(405)),
    "settings": ("", SIGNED_IN.format(200), SIGNED_OUT.format(422)),
    "mail_settings": ("", SIGNED_IN.format(200), SIGNED_OUT.format(422)),
    "mail_again": ("", IN, SIGNED_OUT.format(303)),
    # A token that nobody sealed; one that was needs nobody to be signed in.
    "mail_off": ("'no-such-token'", EVERYBODY.format(404), EVERYBODY.format(404)),
    "notices": ("", SIGNED_IN.format(200), SIGNED_OUT.format(405)),
    "notices_seen": ("", IN, SIGNED_OUT.format(303)),
    "profile": ("", FREELANCERS.format(200), POST_FREELANCERS.format(422)),
    "client_account": ("", MEMBERS.format(200), POST_MEMBERS.format(422)),
    "invite": ("", IN, POST_MEMBERS.format(422)),
    "invitation_revoking": ("invitation.code", IN, "403 303 403 404 403 403"),
    "role": ("cleo.pk", IN, "403 422 403 404 403 403"),
    # Cleo is the only owner of hers, and Otto of his.
    "removal": ("cleo.pk", IN, "403 409 403 404 403 403"),
    "leaving": ("", IN, POST_MEMBERS.format(409)),
    "invitation": ("invitation.code", EVERYBODY.format(200), NOBODY),
    # Wim is invited, and has joined when Mona tries.
    "joining": ("invitation.code", IN, "403 403 403 403 303 409"),
    # Otto has worked for Ida.
    "write_first": (
        "ida.client.public_id",
        "302 403 403 200 403 403",
        "403 403 422 422 403 403",
    ),
    # For whoever runs the site; the figures only where METRICS_TOKEN is set, to who knows it.
    "healthz": ("", EVERYBODY.format(200), NOBODY),
    "readyz": ("", EVERYBODY.format(200), NOBODY),
    "metrics": ("", EVERYBODY.format(404), NOBODY),
    # Of django-allauth; its forms come back with 200.
    "account_login": ("", VISITORS.format(200), ON.format(200)),
    "account_signup": ("", VISITORS.format(200), ON.format(200)),
    "account_confirm_login_code": ("", IN, IN.replace("302", "303")),
    "account_logout": (
        "",
        IN.replace("302 302", "302 200").replace(" 302", " 200", 4),
        IN.replace("302", "303"),
    ),
    "account_inactive": ("", EVERYBODY.format(200), NOBODY),
    "account_reset_password": ("", EVERYBODY.format(200), EVERYBODY.format(200)),
    "account_reset_password_done": ("", EVERYBODY.format(200), NOBODY),
    "account_reset_password_from_key": (
        "'1', 'x-y'",
        EVERYBODY.format(200),
        EVERYBODY.format(200),
    ),
    "account_reset_password_from_key_done": ("", EVERYBODY.format(200), NOBODY),
    "account_email_verification_sent": ("", EVERYBODY.format(200), NOBODY),
    "account_confirm_email": ("'no-such-key'", EVERYBODY.format(200), EVERYBODY.format(404)),
    "account_email": ("", SIGNED_IN.format(200), SIGNED_OUT.format(303)),
    "account_change_password": ("", SIGNED_IN.format(200), SIGNED_OUT.format(200)),
    "account_set_password": ("", IN, SIGNED_OUT.format(303)),
    "account_reauthenticate": ("", SIGNED_IN.format(200), SIGNED_OUT.format(200)),
    "usersessions_list": ("", SIGNED_IN.format(200), SIGNED_OUT.format(303)),
    "admin:index": ("", "302 302 302 302 302 200", "403 303 303 303 303 200"),
    "admin:login": ("", "302 403 403 403 403 302", "303 403 403 403 403 200"),
}


def argument(world: World, path: str) -> list[object]:
    """The id that an address takes: a path such as "waiting.public_id", or texts in quotes."""
    if path.startswith("'"):
        return [part.strip(" '") for part in path.split(",")]
    found: object = world
    for name in filter(None, path.split(".")):
        found = getattr(found, name)
    return [found] if path else []
