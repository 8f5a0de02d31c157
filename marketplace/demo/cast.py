"""Who lives in the demo. Everybody here is invented."""

from dataclasses import dataclass, field
from typing import Any

#: Everybody's, and worth nothing: these people exist on the maker's own machine only.
PASSWORD = "open the door"  # noqa: S105


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoClient:
    login: str
    person: str
    company: str
    country: str
    shows: str = ""
    plan: str = "marketplace"
    days: int = 400
    payments: tuple[tuple[int, int], ...] = ((210, 84_000), (95, 61_250), (20, 38_900))
    card: bool = True
    hold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFreelancer:
    login: str
    name: str
    headline: str
    bio: str
    skills: tuple[str, ...]
    dollars: int
    country: str
    door: dict[str, Any] = field(default_factory=dict)
    shows: str = ""


CLIENTS = [
    DemoClient(
        login="cleo",
        person="Cleo Marsh",
        company="Aurora Films",
        country="GB",
        shows="a client who meets the gate: write to Finn's colleagues, watch the five places",
    ),
    DemoClient(
        login="nils",
        person="Nils Aker",
        company="Aker Outdoor",
        country="NO",
        days=120,
        payments=((100, 41_000), (30, 37_750)),
        shows="a client who is $212.51 short, and is told so",
    ),
    DemoClient(
        login="hana",
        person="Hana Sato",
        company="Blue Kite Trading",
        country="JP",
        hold="Several freelancers reported requests to pay outside the marketplace.",
        shows="a client on hold, with the reason",
    ),
    DemoClient(
        login="petra",
        person="Petra Novak",
        company="Novak & Daughters",
        country="CZ",
        plan="plus",
        days=900,
        payments=(),
        shows="a legacy plan: 40 new people per billing cycle",
    ),
    DemoClient(
        login="ravi",
        person="Ravi Menon",
        company="Tidewater Maps",
        country="IN",
        payments=((300, 950_000), (120, 640_000)),
    ),
    DemoClient(
        login="ines",
        person="Inês Duarte",
        company="Duarte Cerâmica",
        country="PT",
        payments=((250, 260_000), (60, 75_000)),
    ),
    DemoClient(
        login="tom",
        person="Tom Okafor",
        company="Harbour Street Bakery",
        country="IE",
        payments=((140, 118_000),),
    ),
]

FREELANCERS = [
    DemoFreelancer(
        login="finn",
        name="Finn Halloran",
        headline="Motion designer for films that explain things",
        bio="I turn scripts into short animated films: storyboard, design, animation, sound.\n\n"
        "Twelve years, mostly for museums and science.",
        skills=("Motion design", "Storyboarding", "After Effects"),
        dollars=70,
        country="IE",
        shows="a freelancer with an open door and requests waiting under seal",
    ),
    DemoFreelancer(
        login="olga",
        name="Olga Brandt",
        headline="Technical translator, German and Polish to English",
        bio="Manuals, patents, safety sheets. I answer in full sentences.",
        skills=("Translation", "Proofreading"),
        dollars=55,
        country="DE",
        door={"door": "closed"},
        shows="a freelancer who opted out: the door is closed",
    ),
    DemoFreelancer(
        login="sam",
        name="Samira El-Amin",
        headline="Django developer: payments, queues, things that must not fail",
        bio="I like systems that can be reasoned about.",
        skills=("Django", "PostgreSQL", "Python"),
        dollars=95,
        country="MA",
    ),
    DemoFreelancer(
        login="wanda",
        name="Wanda Okonkwo",
        headline="Web developer for shops and schools",
        bio="Fast pages, plain forms, nothing that needs a manual.",
        skills=("Web Development", "JavaScript", "WordPress", "API Integration", "Web Design"),
        dollars=80,
        country="NG",
        shows="a freelancer with forty requests waiting",
    ),
    DemoFreelancer(
        login="sela",
        name="Sela Vargas",
        headline="Interpreter, Spanish and English, for courts and clinics",
        bio="Exact, discreet, on time.",
        skills=("Interpreting", "Translation"),
        dollars=75,
        country="ES",
        door={"door": "selective", "bar_spend_cents": 500_000, "intake_day": 3},
        shows="a freelancer with a selective door: $5,000 spent, three requests a day",
    ),
    DemoFreelancer(
        login="lucia",
        name="Lucía Ferrer",
        headline="Editorial illustrator",
        bio="Ink, gouache and a scanner. Books, magazines, labels.",
        skills=("Illustration", "Book covers"),
        dollars=48,
        country="ES",
    ),
    DemoFreelancer(
        login="kwame",
        name="Kwame Boateng",
        headline="Sound engineer for podcasts and documentaries",
        bio="Clean dialogue, honest rooms.",
        skills=("Audio editing", "Mixing"),
        dollars=42,
        country="GH",
    ),
    DemoFreelancer(
        login="mei",
        name="Mei-Lin Chua",
        headline="Product photographer",
        bio="Small objects, soft light.",
        skills=("Photography", "Retouching"),
        dollars=60,
        country="SG",
    ),
    DemoFreelancer(
        login="jonas",
        name="Jonas Weiß",
        headline="Data journalist, maps and charts that survive print",
        bio="I check the denominator first.",
        skills=("Data visualisation", "Maps", "Python"),
        dollars=65,
        country="AT",
    ),
    DemoFreelancer(
        login="noor",
        name="Noor Haddad",
        headline="Copywriter for people who dislike copywriting",
        bio="Short words. Verbs.",
        skills=("Copywriting", "Proofreading"),
        dollars=50,
        country="JO",
    ),
]

MODERATOR = ("mona", "Mona Lindqvist", "a moderator: the flag queue is in the admin, at /admin/")

#: (client, freelancer, days ago, skill, kind, budget, start, text)
REQUESTS = [
    (
        "ravi",
        "finn",
        3,
        "Motion design",
        "new_project",
        "2k_10k",
        "month",
        (
            "We make tide and current maps for small harbours and need a ninety-second film "
            "that shows a skipper how to read them. The script is written and the narration "
            "is recorded."
        ),
    ),
    (
        "ines",
        "finn",
        2,
        "Storyboarding",
        "advice",
        "under_500",
        "open",
        (
            "We are a family pottery and would like to show how a glaze is made. Would you "
            "look at our twelve sketches and tell us whether they make a film at all?"
        ),
    ),
    (
        "tom",
        "finn",
        1,
        "After Effects",
        "ongoing",
        "500_2k",
        "now",
        (
            "A fifteen-second loop for the shop window every month, about whatever comes out "
            "of the oven. I pay straight to your account if you send it, the site takes too "
            "much."
        ),
    ),
    (
        "petra",
        "finn",
        6,
        "Motion design",
        "new_project",
        "open",
        "later",
        (
            "My daughters and I build dolls' houses. We would love a slow film of one being "
            "furnished, room by room, for our fortieth year."
        ),
    ),
    (
        "petra",
        "lucia",
        20,
        "Illustration",
        "new_project",
        "500_2k",
        "later",
        (
            "A picture book about a dolls' house, twelve spreads, for our shop and the "
            "market at Easter. We would send you the house."
        ),
    ),
    (
        "petra",
        "jonas",
        9,
        "Maps",
        "advice",
        "under_500",
        "open",
        (
            "Our customers come from nine countries and we would like one honest map of "
            "that on the wall. An hour of advice would do."
        ),
    ),
    (
        "petra",
        "noor",
        4,
        "Copywriting",
        "ongoing",
        "500_2k",
        "month",
        "Short words for small houses: a page a month for our catalogue, if you like the idea.",
    ),
    (
        "ravi",
        "kwame",
        2,
        "Audio editing",
        "new_project",
        "500_2k",
        "now",
        "The narration of our film has a hum in it that we cannot get out. Forty minutes of it.",
    ),
    (
        "cleo",
        "sam",
        4,
        "Django",
        "new_project",
        "over_10k",
        "month",
        (
            "We need a small site where our crews book cameras and nobody can book the same "
            "one twice. We have a sketch, a budget and a date: the first of March."
        ),
    ),
]
REPLIES = [
    ("cleo", "sam", "freelancer", "Happy to hear more. How many cameras, and who decides a tie?"),
    (
        "cleo",
        "sam",
        "client",
        "Forty-one, and the producer does. The list: https://example.com/kit",
    ),
]
#: (client, freelancer): (what became of their request, days ago). A line: declined with it.
ANSWERS = {
    ("petra", "jonas"): ("I am on one long project until spring. I wish you well with it.", 8),
    ("petra", "noor"): ("not now", 3),
    ("ravi", "kwame"): ("withdrawn", 1),
}
#: Whom a crowd of so many clients writes to.
CROWDED, CROWD = "wanda", 40
FLAGGED = ("tom", "finn", "off_platform", "Asks me to be paid outside the marketplace.")
