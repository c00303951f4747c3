"""Two web workers and the job worker, forked from one loaded application so that they share its memory."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import threading
import time
from contextlib import suppress

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "home.sharing.SharingWorker"
preload_app = True
timeout = 60
keepalive = 5
max_requests = 0
forwarder_headers = ""  # else a visitor whose proxy lets such names pass could set SCRIPT_NAME and PATH_INFO
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
accesslog = None
loglevel = os.environ.get("LOG_LEVEL", "warning")
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None


gc.disable()  # while the application is loaded nothing becomes garbage, and looking for it takes a fifth of the start
M_ARENA_MAX = -8
LARGE_ANSWER = 100_000
"""Bytes of an answer after which memory is given back."""

try:  # glibc: one heap for all threads, or each keeps what its largest answer took
    _libc = ctypes.CDLL(None)
    _libc.mallopt(M_ARENA_MAX, 1)
    _trim = _libc.malloc_trim
except (AttributeError, OSError):
    _trim = None

_job_worker = 0
_ending = threading.Event()
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
LAST_SECONDS = 55
"""How long the master waits for the job worker, which gives itself less: together with it below systemd's 90."""


def when_ready(server) -> None:
    """Keep a job worker beside the web workers, unless it runs elsewhere (WORKER=0)."""
    import wsgi
    from home.warming import warm_up

    warm_up(wsgi.app)
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()
    if os.environ.get("WORKER", "1") != "0":
        for number in ENDING:
            signal.signal(number, _pass_on(server))
        _fork_job_worker(server)
        threading.Thread(target=_keep_job_worker, args=(server,), daemon=True).start()


def _pass_on(server):
    """Tell the job worker to end at once, and not only after the web workers have ended."""

    def told(number, frame) -> None:
        _ending.set()
        _tell_job_worker(signal.SIGTERM)
        server.signal(number, frame)

    return told


def _tell_job_worker(number: int) -> None:
    if _job_worker:
        with suppress(ProcessLookupError):
            os.kill(_job_worker, number)


def _keep_job_worker(server) -> None:
    """Fork it again when it is gone."""
    while not _ending.wait(2):
        try:
            os.kill(_job_worker, 0)
        except ProcessLookupError:
            _fork_job_worker(server)


def _fork_job_worker(server) -> None:
    global _job_worker
    master = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # until the child has put the master's ways aside
    child = os.fork()
    if child:
        _job_worker = child
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        return
    try:
        _work(server, master)
    finally:
        os._exit(0)


def _work(server, master: int) -> None:
    import wsgi
    from home.worker import run_forever
    from kernel.db import db

    for name in ("SIGTERM", "SIGINT", "SIGCHLD", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    for listener in server.LISTENERS:
        listener.sock.close()  # else the port stays taken when the master is killed
    with wsgi.app.app_context():
        db.engine.dispose(close=False)
        run_forever(parent=master)


def post_fork(server, worker) -> None:
    import wsgi
    from kernel.db import db

    with wsgi.app.app_context():
        db.engine.dispose(close=False)  # connections are not shared between processes


def child_exit(server, worker) -> None:
    from home.sharing import board

    board.leave(worker.slot)


def post_request(worker, request, environ, response) -> None:
    """A workbook of thousands of rows leaves holes in the heap: return them to the system."""
    if _trim is not None and response.sent > LARGE_ANSWER:
        _trim(0)


def on_exit(server) -> None:
    """Wait for the piece that the job worker has in hand; one that a mail server holds for too long is sent again."""
    _ending.set()
    _tell_job_worker(signal.SIGTERM)
    until = time.monotonic() + LAST_SECONDS
    while _job_worker and not _ended(_job_worker):
        if time.monotonic() > until:
            _tell_job_worker(signal.SIGKILL)
        time.sleep(0.05)


def _ended(process: int) -> bool:
    try:
        return os.waitpid(process, os.WNOHANG) != (0, 0)
    except ChildProcessError:
        return True
