"""The servers that the site stands on: PostgreSQL and its replica, PgBouncer, Redis, nginx."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg2

from tests.rig.files import INSTALLED, environment, program, rendered
from tests.rig.program import Program, as_user

OWNER = "postgres"  # who runs PostgreSQL and PgBouncer, which refuse to be root's
ROLE, PASSWORD, DATABASE = "threshold", "a-password", "threshold"
SMALL = ("shared_buffers=64MB", "max_connections=100", "fsync=off")


class PostgreSQL(Program):
    """A cluster of its own with `deploy/postgresql.conf`; `ask` is its superuser, by its socket.

    `settings` go over the file. Quick by default: not synced, which only a power cut would show.
    """

    def __init__(
        self, folder: Path, port: int, name: str = "primary", settings: tuple[str, ...] = SMALL
    ) -> None:
        self.data = own_folder(folder / name, OWNER)
        # Several clusters share it: a socket's name has the port in it.
        self.sockets = own_folder(folder / "sockets", OWNER)
        there = [f"port={port}", "listen_addresses=127.0.0.1"]
        there += [f"unix_socket_directories={self.sockets}"]
        options = [word for setting in (*there, *settings) for word in ("-c", setting)]
        command = [program("postgres"), "-D", str(self.data), *options]
        super().__init__(name, command, folder=folder, port=port, user=OWNER)

    def create(self) -> None:
        """The files of an empty cluster."""
        auth = ("--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "--encoding=UTF8")
        run(program("initdb"), "-D", self.data, "-U", "postgres", "--locale=C", *auth)
        self._include()

    def create_database(self) -> None:
        """The site's role and its empty database, in a cluster that runs; as in compose."""
        words = self.sockets / "database.sql"
        words.write_text(rendered("database.sql", {}), encoding="utf-8")
        there = ("-h", self.sockets, "-p", str(self.port), "-U", "postgres")
        known = {"POSTGRES_PASSWORD": PASSWORD}
        run(program("psql"), "-Xqv", "ON_ERROR_STOP=1", *there, "-f", words, env=known)

    def empty(self) -> None:
        """The site's database with nothing in it."""
        self.ask(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)", database="postgres")
        self.ask(f"CREATE DATABASE {DATABASE} OWNER {ROLE}", database="postgres")

    def copy_from(self, primary: "PostgreSQL") -> None:
        """Become its streaming replica."""
        origin = ("-h", primary.sockets, "-p", str(primary.port), "-U", "postgres")
        run(program("pg_basebackup"), "-D", self.data, "-R", "-c", "fast", *origin)

    def url(self, database: str = DATABASE) -> str:
        return f"postgres://{ROLE}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def ask(
        self, statement: str, values: tuple[object, ...] = (), database: str = DATABASE
    ) -> list[tuple[Any, ...]]:
        """The rows of a statement, which is a transaction of its own."""
        there = psycopg2.connect(
            host=str(self.sockets),
            port=self.port,
            user="postgres",
            dbname=database,
            connect_timeout=5,
        )
        there.autocommit = True
        with contextlib.closing(there), there.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def answers(self) -> bool:
        with contextlib.suppress(psycopg2.OperationalError):
            return bool(self.ask("SELECT 1", database="postgres"))
        return False

    def stop(self, number: int = 2, seconds: float = 45) -> None:
        """Fast, which asks nobody to finish (SIGINT)."""
        super().stop(number, seconds)

    def _include(self) -> None:
        fragment = self.data / "threshold.conf"
        fragment.write_text(rendered("postgresql.conf", {}), encoding="utf-8")
        fragment.chmod(0o644)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write("\ninclude 'threshold.conf'\n")


def pgbouncer(folder: Path, port: int, primary: int, replica: int) -> Program:
    """`deploy/pgbouncer.ini` in front of the two."""
    own = own_folder(folder / "pgbouncer", OWNER)
    changes = {
        "host=db.example port=5432": f"host=127.0.0.1 port={primary}",
        "host=replica.example port=5432": f"host=127.0.0.1 port={replica}",
        "listen_port = 6432": f"listen_port = {port}",
        "/etc/pgbouncer/userlist.txt": f"{own}/userlist.txt",
    }
    (own / "userlist.txt").write_text(f'"{ROLE}" "{PASSWORD}"\n')
    (own / "pgbouncer.ini").write_text(rendered("pgbouncer.ini", changes))
    command = [program("pgbouncer"), str(own / "pgbouncer.ini")]
    return Program("pgbouncer", command, folder=folder, port=port, user=OWNER)


def redis(folder: Path, port: int) -> Program:
    """`deploy/redis.conf` on another port."""
    (folder / "redis.conf").write_text(rendered("redis.conf", {"port 6379": f"port {port}"}))
    command = [program("redis-server"), str(folder / "redis.conf"), "--dir", str(folder)]
    return Program("redis", command, folder=folder, port=port)


#: What Debian's nginx.conf has around a site.
AROUND = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/logs/nginx-error.log crit;
events {{ worker_connections 1024; }}
http {{
    include /etc/nginx/mime.types;
    sendfile on;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    include {folder}/threshold.nginx.conf;
}}
"""


def nginx(folder: Path, *, https: int, http: int, web: int, stream: int) -> Program:
    """`deploy/nginx.conf` in front of pages and streams, with a certificate for localhost."""
    # Without the second family of addresses, which a machine may not have.
    changes = {
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen 443 ": f"listen 127.0.0.1:{https} ",
        "messages.example": "localhost",
        "127.0.0.1:8001": f"127.0.0.1:{web}",
        "127.0.0.1:8002": f"127.0.0.1:{stream}",
        "/etc/threshold/tls": str(folder / "tls"),
        "/var/log/nginx/": f"{folder}/logs/nginx-",
        environment()["STATIC_ROOT"]: str(folder / "static"),
        INSTALLED: str(folder),
    }
    certificate(folder / "tls")
    (folder / "threshold.nginx.conf").write_text(rendered("nginx.conf", changes))
    user = "" if os.geteuid() else "user root;"
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    command = [program("nginx"), "-p", str(folder), "-e", str(folder / "logs" / "nginx-error.log")]
    command += ["-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    return Program("nginx", command, folder=folder, port=https)


def certificate(folder: Path) -> None:
    folder.mkdir()
    key, signed = folder / "privkey.pem", folder / "fullchain.pem"
    new = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    name = ("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    run(program("openssl"), "req", *new, *name, "-keyout", key, "-out", signed, user="")


def own_folder(folder: Path, user: str) -> Path:
    """A folder that only `user` may look into, as PostgreSQL wants it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if "user" in as_user(user):
        shutil.chown(folder, user, user)
    return folder


def run(*command: object, user: str = OWNER, env: dict[str, str] | None = None) -> None:
    """A command to its end; fails with what it said."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/", env=env, **as_user(user))
    if done.returncode:
        raise AssertionError(f"{words[0]} ended with {done.returncode}:\n{done.stderr}")
