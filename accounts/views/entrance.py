"""Sign-up, as links lead to it."""

from typing import Any

from allauth.account.views import SignupView


class Signup(SignupView):
    """Sign-up with what the link says: which door (`?role=client`), or which invitation."""

    def get_initial(self) -> dict[str, Any]:
        told = {name: self.request.GET.get(name) for name in ("role", "invitation")}
        return {**super().get_initial(), **told}
