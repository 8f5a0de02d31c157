"""The whole site as it is deployed, on loopback: real programs, the files of `deploy/`, own data.

    with running() as site:
        visitor = site.visitor(site.people.clients[0])
        visitor.send(site.people.freelancers[0].slug, "Could you draw us a map?")
        site.primary.kill()

Every part has start, stop, kill, hang, go_on and wait_ready, and a log file. Only what was started
here is ended here, also when the run itself is killed (guard.py).
"""

from tests.rig.files import missing
from tests.rig.site import Site, running

__all__ = ["Site", "missing", "running"]
