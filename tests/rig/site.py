"""nginx -> gunicorn and uvicorn -> PgBouncer -> PostgreSQL and its replica; Redis, Celery, mail."""

import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.rig import servers
from tests.rig.activated import Activated
from tests.rig.files import ROOT, environment, unit
from tests.rig.guard import family
from tests.rig.people import People, Person
from tests.rig.program import Program, free_ports
from tests.rig.visitor import Visitor

QUEUES = ("upkeep", "mail")


class Site:
    """Every part of a deployed site, not started yet. `start` puts all of it up, with people."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("pids", "logs", "mail", "figures"):
            (folder / name).mkdir()
        # A link to the release, as INSTALLED is one.
        self.code = folder / "code"
        self.code.symlink_to(ROOT)
        ports = free_ports(9)
        self.https, self.http, self.web_port, self.stream_port, pooled, at_redis, at_mail, *two = (
            ports
        )
        self.primary = servers.PostgreSQL(folder, two[0])
        self.replica = servers.PostgreSQL(folder, two[1], "replica")
        self.pgbouncer = servers.pgbouncer(folder, pooled, *two)
        self.redis = servers.redis(folder, at_redis)
        self.environment = self._environment(pooled, at_redis, at_mail)
        self.nginx = servers.nginx(
            folder, https=self.https, http=self.http, web=self.web_port, stream=self.stream_port
        )
        sink = ["-n", "-l", f"127.0.0.1:{at_mail}", "-c", "aiosmtpd.handlers.Mailbox"]
        self.mail = self._python("mail", ["-m", "aiosmtpd", *sink, str(folder / "mail" / "box")])
        # Somebody may say by which link the folder was found.
        around = self.environment | {"PWD": str(self.code)}
        command, env = unit("threshold-web.service", around)
        self.web = Activated(
            "web", command, folder=folder, port=self.web_port, env=env, cwd=self.code
        )
        self.stream = self._unit("stream", "threshold-stream.service", port=self.stream_port)
        self.workers = {
            queue: self._unit(f"worker-{queue}", "threshold-worker@.service", queue)
            for queue in QUEUES
        }
        self.beat = self._unit("beat", "threshold-beat.service")
        self.people = People([], [])

    @property
    def upper(self) -> list[Program]:
        """What stands on the others."""
        return [self.nginx, self.beat, *self.workers.values(), self.web, self.stream]

    @property
    def programs(self) -> list[Program]:
        lower = [self.pgbouncer, self.mail, self.redis, self.replica, self.primary]
        return self.upper + lower

    def start(self, *, clients: int = 2, freelancers: int = 4) -> None:
        """Up, migrated, with that many eligible clients and open doors."""
        self.redis.start()
        self.mail.start()
        with ThreadPoolExecutor(2) as hands:
            files = hands.submit(self._write_files)
            self._put_up_databases()
            files.result()
        for program in (self.pgbouncer, *self.upper):
            program.start()
        self.people = self.seed(clients=clients, freelancers=freelancers)
        for program in self.programs:
            program.wait_ready()

    def stop(self) -> None:
        """Everything, in good order. Fails when one did not end by itself."""
        together(Program.stop, self.upper)
        together(Program.stop, [each for each in self.programs if each.runs])

    def pids(self) -> list[int]:
        """Every process of the site."""
        return [pid for each in self.programs if each.runs for pid in family(each.pid)]

    def visitor(self, person: Person | None = None) -> Visitor:
        """A browser, signed in as that person, that comes through nginx."""
        session = person.session if person else ""
        return Visitor(self.https, self.folder / "tls" / "fullchain.pem", session)

    def manage(self, *arguments: str) -> str:
        """What `deploy/manage` says, past PgBouncer; fails when it fails."""
        return self.script("manage", *arguments)

    def script(
        self,
        name: str,
        *arguments: str,
        root: Path = ROOT,
        around: Mapping[str, str] | None = None,
    ) -> str:
        """What a script of `deploy/` says, with the site's environment and `around`; `root` is of
        another release."""
        env = self.environment | {"PYTHON": sys.executable} | dict(around or {})
        return said([str(root / "deploy" / name), *arguments], env).strip()

    def switch(self, release: Path) -> None:
        """The link leads to another release from now on, as `ln -sfn` has it."""
        link = self.folder / "another"
        link.symlink_to(release)
        link.replace(self.code)

    def ring(self, task: str) -> None:
        """Ring for a task, by the broker, as beat does."""
        said([sys.executable, "-m", "celery", "-A", "marketplace", "call", task], self.environment)

    def seed(self, *, clients: int, freelancers: int) -> People:
        """That many more people, each signed in already."""
        around = self.environment | {"DATABASE_URL": self.primary.url()}
        command = [sys.executable, "-m", "tests.rig.seed", str(clients), str(freelancers)]
        return People.read(said(command, around))

    def _environment(self, pooled: int, at_redis: int, at_mail: int) -> dict[str, str]:
        """`environment.example`, filled in."""
        at_pooled = f"postgres://{servers.ROLE}:{servers.PASSWORD}@127.0.0.1:{pooled}"
        ours = {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": "localhost",
            "EMAIL_URL": f"smtp://127.0.0.1:{at_mail}",
            "DATABASE_URL": f"{at_pooled}/threshold",
            "REPLICA_URL": f"{at_pooled}/threshold_replica",
            "PRIMARY_URL": self.primary.url(),
            "REDIS_URL": f"redis://127.0.0.1:{at_redis}/0",
            "BROKER_URL": f"redis://127.0.0.1:{at_redis}/1",
            "LIVE_URL": f"redis://127.0.0.1:{at_redis}/2",
            "STATIC_ROOT": str(self.folder / "static"),
            "VAR_DIR": str(self.folder / "var"),
        }
        example = environment()
        if unknown := ours.keys() - example.keys():
            raise AssertionError(f"environment.example lacks {sorted(unknown)}")
        ports = {"WEB_PORT": str(self.web_port), "STREAM_PORT": str(self.stream_port)}
        # As the units say, in a folder that is here.
        ports["PROMETHEUS_MULTIPROC_DIR"] = str(self.folder / "figures")
        # The visitors are few and come often.
        return example | ours | ports | {"RATELIMIT_ENABLE": "false", "PATH": "/usr/bin:/bin"}

    def _unit(self, name: str, file: str, instance: str = "", port: int = 0) -> Program:
        command, env = unit(file, self.environment, instance)
        return Program(name, command, folder=self.folder, port=port, env=env, cwd=self.code)

    def _python(self, name: str, arguments: list[str]) -> Program:
        command = [sys.executable, *arguments]
        return Program(name, command, folder=self.folder, env=self.environment, cwd=ROOT)

    def _write_files(self) -> None:
        """What nginx serves by itself."""
        self.manage("collectstatic", "--noinput", "--verbosity=0")
        self.manage("error_pages", str(self.folder / "error-pages"))

    def _put_up_databases(self) -> None:
        self.primary.create()
        self.primary.start()
        self.primary.wait_ready()
        self.primary.create_database()
        self.manage("migrate", "--verbosity=0")
        self.replica.copy_from(self.primary)
        self.replica.start()


def together(act: Callable[[Program], None], programs: Sequence[Program]) -> None:
    """The same with each of them at once; fails with what went wrong with the first that did."""
    with ThreadPoolExecutor(len(programs) or 1) as hands:
        for done in [hands.submit(act, each) for each in programs]:
            done.result()


def said(command: list[str], env: dict[str, str]) -> str:
    """The standard output of a command of the site, run to its end."""
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        words = " ".join(command)
        raise AssertionError(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def running(*, clients: int = 2, freelancers: int = 4) -> Iterator[Site]:
    """A site that runs; afterwards nothing of it is left."""
    with guarded_folder() as folder:
        site = Site(folder)
        site.start(clients=clients, freelancers=freelancers)
        yield site
        site.stop()


@contextmanager
def guarded_folder() -> Iterator[Path]:
    """A folder for programs, which the guard ends, and which it removes, however this run ends."""
    folder = Path(tempfile.mkdtemp(prefix="threshold-rig-"))
    # PostgreSQL, as a user of its own, has to pass through.
    folder.chmod(0o711)
    guard = [sys.executable, "-S", str(Path(__file__).with_name("guard.py")), str(folder)]
    with subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True) as watching:
        try:
            yield folder
        finally:
            if watching.stdin is not None:
                watching.stdin.close()
            watching.wait(30)
