"""A noun per address; what changes something is a POST."""

from django.urls import path

from messaging.views import compose, conversations, door, flags, gate, requests, sent, talent

urlpatterns = [
    path("talent/", talent.directory, name="talent"),
    path("talent/<slug:slug>/", talent.profile, name="talent_profile"),
    path("talent/<slug:slug>/message/", compose.compose, name="compose"),
    path("requests/", requests.waiting, name="requests"),
    path("requests/<uuid:public_id>/", requests.detail, name="request"),
    path("requests/<uuid:public_id>/opening/", requests.opening, name="opening"),
    path("requests/<uuid:public_id>/reply/", requests.reply, name="reply"),
    path("conversations/", conversations.conversations, name="conversations"),
    path("conversations/<uuid:public_id>/", conversations.conversation, name="conversation"),
    path("conversations/<uuid:public_id>/reading/", conversations.reading, name="reading"),
    path("conversations/<uuid:public_id>/thread/", conversations.writing, name="writing"),
    path("flags/<uuid:public_id>/", flags.flag, name="flag"),
    path("door/", door.door, name="door"),
    path("clients/<uuid:public_id>/", door.client, name="client"),
    path("clients/<uuid:public_id>/block/", door.block, name="block"),
    path("clients/<uuid:public_id>/unblock/", door.unblock, name="unblock"),
    path("sent/", sent.sent, name="sent"),
    path("sent/<uuid:public_id>/", sent.sent_request, name="sent_request"),
    path("can-i-write/", gate.can_i_write, name="eligibility"),
    path("policy/", gate.policy, name="policy"),
]
