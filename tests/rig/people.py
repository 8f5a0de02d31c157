"""People of a site that runs, as the rig knows them."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in. `id` is the client account's or the profile's; `slug` is a
    freelancer's."""

    id: int
    session: str
    slug: str = ""


@dataclass(frozen=True, slots=True)
class People:
    clients: list[Person]
    freelancers: list[Person]

    @staticmethod
    def read(text: str) -> "People":
        told = json.loads(text)
        return People(*([Person(**each) for each in told[side]] for side in SIDES))


SIDES = ("clients", "freelancers")
