"""The figures that `/metrics` shows.

Nothing is counted per person, and what freelancers keep to themselves is one word for all of it:
whoever reads the figures learns no more about a door than its visitors do. With
PROMETHEUS_MULTIPROC_DIR set, the processes of a host add up.
"""

from prometheus_client import Counter, Gauge, Histogram

ANSWERS = Histogram(
    "threshold_request_seconds",
    "Seconds until the answer, by view and status",
    ["view", "status"],
    buckets=(0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 15),
)
FIRST_MESSAGES = Counter(
    "threshold_first_messages",
    'First messages sent, or why they were refused: "door" is whatever the freelancer decided',
    ["outcome"],
)
OVER_LIMIT = Counter("threshold_over_limit", "Tries beyond a rate limit", ["limit"])
STORE_AWAY = Counter("threshold_rate_counter_away", "Tries while the rate counter was away")
BREAKER_OPEN = Gauge(
    "threshold_breaker_open",
    "Whether a service is not asked because it did not answer",
    ["service"],
    multiprocess_mode="livemax",
)
MAILS = Counter("threshold_mails", "What became of mails that were due", ["outcome"])
BELL_UNHEARD = Counter(
    "threshold_bell_unheard", "Times that open pages could not be told of a change", ["why"]
)
STREAMS_OPEN = Gauge(
    "threshold_streams_open", "Pages that listen for changes", multiprocess_mode="livesum"
)
