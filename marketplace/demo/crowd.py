"""Many clients who all write to one freelancer: what a full list of requests looks like.

Names, skills and titles come from `crowd.json`, or from larger files by path. The same number gives
the same crowd.
"""

import csv
import gzip
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from accounts.models import FreelancerProfile, Membership, Skill
from accounts.services import save_profile
from marketplace.demo import cast
from marketplace.demo.people import clock_at, make_client, relate
from messaging.models import ContactRequest
from messaging.services.answers import accept_request, decline_request
from messaging.services.requests import RequestContent, send_request

#: US cents in the last 12 months, one for each spend band and a little around.
SPEND = (120_000, 260_000, 480_000, 900_000, 1_700_000, 4_500_000, 13_000_000)
#: A request waits 14 days, so all of them are younger.
SPREAD = timedelta(days=12)
_EARLIER = "We are planning next year's work and would like to know whether you take any on."


@dataclass(frozen=True, slots=True)
class Words:
    """What the crowd is made of."""

    first: Sequence[str]
    last: Sequence[str]
    skills: Sequence[str]
    titles: Sequence[str]


def _sample() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((Path(__file__).parent / "crowd.json").read_text())
    return told


def read_words(
    names: Path | None = None, skills: Path | None = None, titles: Path | None = None
) -> Words:
    """The sample's words, or those of the files: `names` is JSON with `firstNames` and `lastNames`,
    `skills` and `titles` are CSV with a column of that name in the singular, plain or gzip.

    Raises OSError, KeyError or ValueError.
    """
    sample = _sample()
    told = json.loads(names.read_text()) if names else None
    return Words(
        first=told["firstNames"] if told else sample["first"],
        last=told["lastNames"] if told else sample["last"],
        skills=_column(skills, "skill")[: len(sample["skills"])] if skills else sample["skills"],
        titles=_column(titles, "title") if titles else sample["titles"],
    )


def _column(path: Path, name: str) -> list[str]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [row[name] for row in csv.DictReader(io.StringIO(raw.decode()))]


def gather(
    freelancer: FreelancerProfile,
    count: int,
    now: datetime,
    *,
    password: str,
    words: Words | None = None,
    seed: int = 1,
) -> list[ContactRequest]:
    """`count` new clients, each eligible, each with one request that waits for the freelancer."""
    words, sample = words or read_words(), _sample()
    chance = random.Random(seed)  # noqa: S311 - a demo, not a secret
    freelancer = _with_skills(freelancer, words.skills)
    skills = list(freelancer.skills.filter(name__in=words.skills))
    others = list(FreelancerProfile.objects.exclude(pk=freelancer.pk).order_by("pk"))
    others = [other for other in others if other.door == FreelancerProfile.Door.OPEN]
    requests = []
    for number in range(count):
        member = _client(f"{seed}.{number}", number, now, chance, words, sample, password)
        _hire(member, others, now, chance)
        if number % 8 == 3:
            _history(member, others, now, chance)
        if number % 9 == 4:
            relate(member.client, freelancer, now - timedelta(days=chance.randint(100, 700)))
        title = chance.choice(words.titles)
        sent_at = now - SPREAD * (number + 1) / (count + 1)
        content = _content(title, chance, sample, skills)
        requests.append(
            send_request(
                member=member,
                freelancer=freelancer,
                content=content,
                submission_key=f"crowd-{seed}-{number}",
                clock=clock_at(sent_at),
            )
        )
    return requests


def _with_skills(freelancer: FreelancerProfile, names: Sequence[str]) -> FreelancerProfile:
    """The freelancer, who lists all of these skills, so that requests can name them."""
    listed = [skill.name for skill in freelancer.skills.all()]
    wanted = list(dict.fromkeys([*listed, *names]))
    return save_profile(profile=freelancer, values={}, skill_names=wanted)


def _client(
    name: str,
    number: int,
    now: datetime,
    chance: random.Random,
    words: Words,
    sample: dict[str, Any],
    password: str,
) -> Membership:
    first, last = chance.choice(words.first), chance.choice(words.last)
    spend = SPEND[number % len(SPEND)]
    demo = cast.DemoClient(
        login=f"crowd.{name}",
        person=f"{first} {last}",
        company=f"{last} {chance.choice(sample['trades'])}",
        country=chance.choice(sample["countries"]),
        days=chance.randint(430, 2400),
        payments=((300, spend * 9 // 10), (chance.randint(15, 90), spend - spend * 9 // 10)),
    )
    return make_client(demo, password, now)


def _hire(
    member: Membership, others: list[FreelancerProfile], now: datetime, chance: random.Random
) -> None:
    """Some clients have had contracts with others here."""
    for other in chance.sample(others, min(chance.choice([0, 0, 1, 2, 3, 5]), len(others))):
        relate(member.client, other, now - timedelta(days=chance.randint(95, 700)))


def _history(
    member: Membership, others: list[FreelancerProfile], now: datetime, chance: random.Random
) -> None:
    """Some have written to others before, who said yes or no: that makes their record."""
    for place, other in enumerate(others):
        asked_at = now - timedelta(days=80 - place)
        request = send_request(
            member=member,
            freelancer=other,
            content=RequestContent(
                skill=None, kind="advice", budget="open", start="open", body=_EARLIER
            ),
            submission_key=f"history-{place}",
            clock=clock_at(asked_at),
        )
        answer = chance.choice([decline_request, accept_request])
        answer(request=request, freelancer=other, clock=clock_at(asked_at + timedelta(hours=5)))


def _content(
    title: str, chance: random.Random, sample: dict[str, Any], skills: Sequence[Skill]
) -> RequestContent:
    return RequestContent(
        skill=chance.choice(skills),
        kind=chance.choice(ContactRequest.Kind.values),
        budget=chance.choice(ContactRequest.Budget.values),
        start=chance.choice(ContactRequest.Start.values),
        body=chance.choice(sample["letters"]).format(title=title),
    )
