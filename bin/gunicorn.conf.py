"""Two web workers and the job worker, forked from one loaded application so that they share its memory."""

from __future__ import annotations

import gc
import os
import signal

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
preload_app = True
timeout = 60
keepalive = 5
max_requests = 0
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
accesslog = None
loglevel = os.environ.get("LOG_LEVEL", "warning")
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None

_job_worker = 0


def when_ready(server) -> None:
    """Fork the job worker beside the web workers, unless it runs elsewhere (WORKER=0)."""
    global _job_worker
    if os.environ.get("WORKER", "1") == "0":
        return
    gc.collect()
    gc.freeze()
    _job_worker = os.fork()
    if _job_worker == 0:
        _work()


def _work() -> None:
    import wsgi
    from home.worker import run_forever
    from kernel.db import db

    for name in ("SIGTERM", "SIGINT", "SIGCHLD", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    with wsgi.app.app_context():
        db.engine.dispose(close=False)
        run_forever()
    os._exit(0)


def post_fork(server, worker) -> None:
    import wsgi
    from kernel.db import db

    with wsgi.app.app_context():
        db.engine.dispose(close=False)  # connections are not shared between processes


def on_exit(server) -> None:
    if _job_worker:
        try:
            os.kill(_job_worker, signal.SIGTERM)
            os.waitpid(_job_worker, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
