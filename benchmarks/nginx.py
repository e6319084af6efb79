"""A ready file through nginx with sendfile, where nginx is installed: as fast as a file can be sent."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.server import free_port

PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
_CONFIG = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; user root;
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; tcp_nopush on; default_type text/csv;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; location / {{ root {root}; }} }}
}}
"""


@contextmanager
def serving_file(file: Path) -> Iterator[str]:
    """The address of the file at an nginx of our own, until the block ends."""
    port = free_port()
    with TemporaryDirectory(prefix="nginx-") as folder:
        config = Path(folder) / "nginx.conf"
        config.write_text(_CONFIG.format(folder=folder, port=port, root=file.parent), encoding="utf-8")
        process = subprocess.Popen([str(PROGRAM), "-c", str(config)], stderr=subprocess.DEVNULL)
        try:
            time.sleep(1)
            yield f"http://127.0.0.1:{port}/{file.name}"
        finally:
            process.terminate()
            process.wait(10)


def speed(address: str) -> float:
    """MB/s of one download by curl, which hands the bytes to nobody."""
    command = ["curl", "-sfL", "-H", "Accept-Encoding: identity", "-o", "/dev/null", "-w", "%{speed_download}", address]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1e6
