"""Gunicorn for the pages: a few processes of threads behind nginx, on loopback.

New code comes with a restart, never with HUP: the first process has loaded some of it, too.
"""

import os

from marketplace import logs

# Where nobody hands over a socket, as threshold-web.socket does.
bind = f"127.0.0.1:{os.environ.get('WEB_PORT', '8001')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
# A thread mostly waits for the database. workers x threads, over all machines, stays below
# PgBouncer's max_client_conn.
threads = int(os.environ.get("WEB_THREADS", "8"))

# For a process that no longer answers at all. A single page's time is cut by nginx
# (proxy_read_timeout) and PgBouncer (query_timeout): a thread cannot be cut from here.
timeout = 30
# A restart lets pages that are being made finish, and those take at most nginx's 15 seconds.
graceful_timeout = 20
# nginx opens a connection for each page: one that is kept could be closed by a restart just as the
# next page comes.
keepalive = 0
# An open page asks for news by the ids of its rows. nginx takes no longer line than this
# (large_client_header_buffers).
limit_request_line = 8190
# What a process may have gathered over a long time is given back.
max_requests = 20_000
max_requests_jitter = 2_000

worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat's file, which must not wait for a disk
control_socket_disable = True
# nginx writes the access log, without what is secret in an address; the site writes a line for each
# answer. What gunicorn itself has to say comes in the same form.
accesslog = None
errorlog = "-"
logconfig_dict = logs.config(level="WARNING", readable=False)
