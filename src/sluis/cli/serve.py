"""Web server and job worker in one command: the parent of the web processes runs the jobs.

With SLUIS_JOBS=0 it runs none. On PostgreSQL it also keeps the search index of its own machine up.
"""

import logging
import multiprocessing
import signal
import socket
import threading
from collections.abc import Callable, Iterable

from sluis.cli.language import _
from sluis.cli.start import speak
from sluis.cli.terminal import result, say
from sluis.conf.env import Env
from sluis.kernel.errors import Conflict
from sluis.kernel.text import N_

STOP_SECONDS = 3
PROBES = ("/livez", "/readyz", "/metrics")


def serve(env: Env, *, announce: Callable[[], None] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM; both stop web and jobs within a few seconds.

    A job that does not finish in time is left: its lease runs out and the next start takes it up again.
    """
    from django.conf import settings
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    _claim(env, env.port)
    speak(logging.INFO)
    multiprocessing.set_start_method("spawn", force=True)  # a fork would copy open databases and threads
    server = Server(
        "sluis.conf.wsgi:application",
        address=env.host,
        port=env.port,
        interface=Interfaces.WSGI,
        workers=env.web_workers,
        blocking_threads=env.web_threads,
        workers_kill_timeout=STOP_SECONDS,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
        log_dictconfig=settings.LOGGING,  # its own would take over the log of this process, which runs the jobs
        log_access=False,  # our line per request names the route, not the address
    )
    stop = threading.Event()
    workers = [*job_threads(stop, env.jobs), *_index_threads(stop, env)]
    server.on_startup(lambda: [thread.start() for thread in workers])
    server.on_startup(announce or (lambda: announce_address(env)))
    try:
        server.serve()
    finally:
        stop.set()
        for thread in workers:
            if thread.is_alive():
                thread.join(STOP_SECONDS / max(len(workers), 1))
    say(_("Gestopt."))


def announce_address(env: Env) -> None:
    result(
        {"url": env.url, "host": env.host, "port": env.port},
        _("Sluis staat op {url} (stop met Ctrl-C)").format(url=env.url),
    )


def work(env: Env) -> None:
    """Run jobs until Ctrl-C or SIGTERM."""
    speak(logging.INFO)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    threads = job_threads(stop, env.jobs)
    for thread in threads:
        thread.start()
    if env.worker_port:
        _answer_probes(env, threads)
    say(_("Wacht op taken; stop met Ctrl-C."))
    stop.wait()
    for thread in threads:
        thread.join(STOP_SECONDS)
    say(_("Gestopt."))


def job_threads(stop: threading.Event, count: int) -> list[threading.Thread]:
    from sluis.foundation.service import work as run_jobs

    return [threading.Thread(target=run_jobs, args=(stop,), name=f"jobs-{n}", daemon=True) for n in range(count)]


def _index_threads(stop: threading.Event, env: Env) -> list[threading.Thread]:
    """Our own index: it is up when this returns, for a new disk has none and who is let in must find what is there.

    On PostgreSQL other machines may publish: then it has to be kept up. On SQLite there are none.
    """
    from sluis.release.service import follow_index, keep_index_up

    keep_index_up()
    thread = threading.Thread(target=follow_index, args=(stop,), name="index", daemon=True)
    return [thread] if env.database else []


def _answer_probes(env: Env, threads: list[threading.Thread]) -> None:
    """Let the worker be watched like the site: the same probes, nothing else, and ill when a thread of it died."""
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    from django.core.wsgi import get_wsgi_application

    site = get_wsgi_application()

    class Silent(WSGIRequestHandler):
        def log_message(self, *_: object) -> None:
            """Each request has a line of ours already."""

    def answer(environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
        if environ["PATH_INFO"] not in PROBES or not all(thread.is_alive() for thread in threads):
            status = "404 Not Found" if environ["PATH_INFO"] not in PROBES else "503 Service Unavailable"
            start_response(status, [("Content-Type", "text/plain")])
            return [status.encode()]
        return site(environ, start_response)

    _claim(env, env.worker_port)
    server = make_server(env.host, env.worker_port, answer, handler_class=Silent)
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()


def _claim(env: Env, port: int) -> None:
    """Say in plain words that the port is taken, before anything is started."""
    family = socket.AF_INET6 if ":" in env.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((env.host, port))
        except OSError as error:
            raise Conflict(
                "serve.address",
                N_("Adres {host}:{port} is niet vrij ({reason})."),
                way_out=N_("Kies een andere poort met SLUIS_PORT of --port."),
                host=env.host,
                port=port,
                reason=error.strerror or str(error),
            ) from error
