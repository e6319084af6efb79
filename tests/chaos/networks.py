"""Machines of their own, as network namespaces of Linux: a hub, and hosts that reach nothing but the hub, each by a
wire of which packets can be lost at random, or all of them.

What listens does so inside a namespace, out of reach of this machine and of every other.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

HUB = "10.77.0.1"
NETWORK = "10.77.0.0/16"
SOON = "40ms"
"""How soon a packet is first sent again. The usual 200 ms, twice as long each time, is for the internet, and would only
make a test slower."""


def _run(*words: str, said: str = "") -> str:
    done = subprocess.run(words, input=said, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, (words, said, done.stderr)
    return done.stdout


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Sockets that this thread opens, and processes and threads that it starts, are in this namespace."""
    with Path("/proc/thread-self/ns/net").open() as here, Path(f"/run/netns/{name}").open() as there:
        os.setns(there.fileno(), os.CLONE_NEWNET)
        try:
            yield
        finally:
            os.setns(here.fileno(), os.CLONE_NEWNET)


def _patient(name: str) -> None:
    """Here a lost packet is sent again within a second, however often it was lost."""
    with inside(name):
        for setting, value in (("tcp_thin_linear_timeouts", "1"), ("tcp_rto_max_ms", "1000")):
            with suppress(FileNotFoundError):  # an older kernel takes longer
                Path(f"/proc/sys/net/ipv4/{setting}").write_text(value)


@dataclass(frozen=True)
class Wire:
    """Between a host and the hub. A packet is dropped where it arrives, so that nobody is told."""

    host: str
    hub: str
    number: int

    def whole(self) -> None:
        self._rule("")

    def loses(self, percent: int) -> None:
        self._rule(f"numgen random mod 100 < {percent} counter name lost drop")

    def cut(self) -> None:
        self._rule("counter name cut drop")

    def dropped(self, why: str) -> int:
        """Packets that were lost, or ran into the cut."""
        found = 0
        for name in (self.host, self.hub):
            table = json.loads(_run("ip", "netns", "exec", name, "nft", "-j", "list", "table", "inet", self._table))
            counters = (one["counter"] for one in table["nftables"] if "counter" in one)
            found += sum(one["packets"] for one in counters if one["name"] == why)
        return found

    @property
    def _table(self) -> str:
        return f"wire{self.number}"

    def made(self) -> None:
        host, hub, address = self.host, self.hub, f"10.77.{self.number}"
        _run("ip", "netns", "add", host)
        _run("ip", "-n", hub, "link", "add", self._table, "type", "veth", "peer", "name", "hub", "netns", host)
        for name, device, last in ((hub, self._table, 1), (host, "hub", 2)):
            _run("ip", "-n", name, "addr", "add", f"{address}.{last}/24", "dev", device)
            _run("ip", "-n", name, "link", "set", device, "up")
            _run("ip", "-n", name, "link", "set", "lo", "up")
            _run("ip", "-n", name, "route", "change", f"{address}.0/24", "dev", device, "rto_min", SOON)
            said = f"""table inet {self._table} {{
                counter lost {{}}
                counter cut {{}}
                chain fate {{}}
                chain arriving {{ type filter hook input priority 0; iifname "{device}" jump fate; }}
            }}"""
            _run("ip", "netns", "exec", name, "nft", "-f", "-", said=said)
        _run("ip", "-n", host, "route", "add", "default", "via", f"{address}.1", "rto_min", SOON)

    def _rule(self, rule: str) -> None:
        said = f"flush chain inet {self._table} fate\n"
        said += f"add rule inet {self._table} fate {rule}\n" if rule else ""
        for name in (self.host, self.hub):
            _run("ip", "netns", "exec", name, "nft", "-f", "-", said=said)


@dataclass(frozen=True)
class Network:
    hub: str
    wires: list[Wire]


@contextmanager
def network(hosts: int, *, patient: bool = True) -> Generator[Network]:
    """A hub and so many hosts. Skips the test, and says why, where this machine cannot have them.

    `patient`: what is lost is sent again soon, so that work goes on at a loss that else stops nearly all of it.
    """
    if os.geteuid() != 0 or not all(map(shutil.which, ("ip", "nft"))):
        pytest.skip("needs root, ip (iproute2) and nft (nftables), to lose packets between namespaces")
    hub = f"sluis-{os.getpid()}-hub"
    wires = [Wire(f"sluis-{os.getpid()}-{n}", hub, n) for n in range(1, hosts + 1)]
    with ExitStack() as stack:
        for name in (hub, *(wire.host for wire in wires)):
            stack.callback(_removed, name)
        _try(hub)
        _run("ip", "-n", hub, "addr", "add", f"{HUB}/32", "dev", "lo")
        _run("ip", "-n", hub, "link", "set", "lo", "up")
        for wire in wires:
            wire.made()
        for name in (hub, *(wire.host for wire in wires)) if patient else ():
            _patient(name)
        yield Network(hub, wires)


def _try(hub: str) -> None:
    """A namespace in which packets can be dropped at random, or a test that is skipped."""
    rule = "table inet tried { chain any { type filter hook input priority 0; numgen random mod 100 < 30 drop; }; }"
    try:
        _run("ip", "netns", "add", hub)
        _run("ip", "netns", "exec", hub, "nft", "-f", "-", said=rule)
        _run("ip", "netns", "exec", hub, "nft", "delete", "table", "inet", "tried")
    except AssertionError as error:
        pytest.skip(f"no namespaces here, or a kernel that drops no packets at random: {error}"[:300])


def _removed(name: str) -> None:
    if Path(f"/run/netns/{name}").exists():
        _run("ip", "netns", "delete", name)
