"""The fence of the sandbox, held against real attacks."""

import contextlib
import errno
import hashlib
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
import sandbox_entries
from tests.conftest import REPOSITORY
from tests.waiting import PATIENCE_SECONDS

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
from sluis.kernel.errors import Invalid, SluisError, Unavailable, to_wire

HERE = Path(__file__).parent
SECRET = "geheim-dat-niemand-mag-zien"


@pytest.fixture(autouse=True)
def _entries() -> Iterator[None]:
    sandbox.configure(code=[HERE])
    yield
    sandbox.configure()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "writes").mkdir()
    (tmp_path / "input.txt").write_text("invoer")
    (tmp_path / "secret.txt").write_text(SECRET)
    return tmp_path


def call(name: str, folder: Path, limits: Limits | None = None, **request: Any) -> dict[str, Any]:
    source = folder / "input.txt"
    return sandbox.run(
        f"sandbox_entries:{name}",
        {"input": str(source), "secret": str(folder / "secret.txt"), **request},
        reads=[source],
        writes=folder / "writes",
        limits=limits,
    )


def test_an_entry_gets_its_request_and_reports_progress() -> None:
    heard: list[tuple[float, str]] = []
    result = sandbox.run(
        "sandbox_entries:echo", {"a": "é"}, reads=[], writes=None, on_progress=lambda *step: heard.append(step)
    )
    assert result == {"echo": {"a": "é"}}
    assert heard == [(0.5, "halverwege")]


def test_an_entry_reads_its_input_and_writes_its_output(folder: Path) -> None:
    assert call("copy", folder) == {"folder": str(folder / "writes")}
    assert (folder / "writes/out.txt").read_text() == "INVOER"


def test_every_attack_is_tried_and_refused(folder: Path) -> None:
    outcome = call(
        "attack", folder, names=list(sandbox_entries.ATTACKS), project=str(HERE.parents[2] / "pyproject.toml")
    )
    assert len(outcome) == len(sandbox_entries.ATTACKS)
    # A link out of its own folder is refused as if it were another file system (EXDEV).
    assert {name: said for name, said in outcome.items() if said != "PermissionError"} == {"hard link": "OSError"}
    assert (folder / "input.txt").read_text() == "invoer"
    assert sorted(path.name for path in folder.iterdir()) == ["input.txt", "secret.txt", "writes"]


def test_the_attacks_do_work_outside(folder: Path) -> None:
    """Otherwise the test above would also pass on attacks that are simply broken."""
    names = ["passwd", "read secret", "socket", "subprocess", "memfd", "chmod input", "utime input", "write beside"]
    request = {"names": names, "input": str(folder / "input.txt"), "secret": str(folder / "secret.txt")}
    script = "import json, sys; sys.path.append(sys.argv[1]); import sandbox_entries as s; "
    script += "print(json.dumps(s.attack(json.loads(sys.argv[2]), print)))"
    done = subprocess.run(
        [sys.executable, "-c", script, str(HERE), json.dumps(request)], capture_output=True, check=True
    )
    assert json.loads(done.stdout) == dict.fromkeys(names, "done")


def test_the_child_gets_no_secrets_no_descriptors_and_no_django(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUIS_SECRET_KEY", SECRET)
    with (folder / "secret.txt").open() as held:
        os.set_inheritable(held.fileno(), True)
        seen = call("environment", folder)
    assert seen["names"] == ["HOME", "LANG", "OMP_NUM_THREADS", "TMPDIR", "TZ"]
    ours = [file for file in seen["files"] if Path(file).name != "proj.db"]  # the program's own: pyproj opens it
    assert ours[:2] == ["/dev/null"] * 2
    assert [file.partition(":")[0] for file in ours[2:]] == ["pipe"] * 2
    assert not [name for name in seen["modules"] if name.startswith("django")]


def test_an_input_in_the_writable_folder_is_a_programming_error(folder: Path) -> None:
    (folder / "writes/in.txt").write_text("x")
    with pytest.raises(ValueError, match="overwrite its own input"):
        sandbox.run("sandbox_entries:echo", {}, reads=[folder / "writes/in.txt"], writes=folder / "writes")


def test_what_the_entry_says_about_the_file_comes_back_whole(folder: Path) -> None:
    with pytest.raises(Invalid) as caught:
        call("refuse", folder)
    assert caught.value.code == "csv.ragged"
    assert str(caught.value) == "Regel 7 klopt niet. Herstel de regel."


@pytest.mark.parametrize("entry", ["stumble", "segfault", "goes_round", "crafted_message"])
def test_a_crash_is_a_refused_file(folder: Path, entry: str) -> None:
    with pytest.raises(sandbox.Crashed) as caught:
        call(entry, folder)
    assert to_wire(caught.value)["kind"] == "invalid"
    assert "liep vast" in str(caught.value)


def test_a_crash_keeps_its_trace_for_the_operator(folder: Path) -> None:
    with pytest.raises(sandbox.Crashed) as caught:
        call("stumble", folder)
    assert "ZeroDivisionError" in caught.value.trace
    assert "ZeroDivisionError" not in str(caught.value)


@pytest.mark.parametrize("entry", ["hog", "reserve"])
def test_too_much_memory_is_said_so(folder: Path, entry: str) -> None:
    with pytest.raises(sandbox.TooMuchMemory, match="meer dan 200 MB"):
        call(entry, folder, Limits(memory_mb=200))


def test_a_thread_bomb_ends_the_run(folder: Path) -> None:
    with pytest.raises(sandbox.SandboxFailure):
        call("thread_bomb", folder, Limits(memory_mb=200))


@pytest.mark.parametrize(
    ("entry", "limits"),
    [
        ("spin", Limits(cpu_seconds=1)),
        ("spin", Limits(wall_seconds=0.5)),
        ("sleep", Limits(wall_seconds=0.5)),
        ("silent_hang", Limits(wall_seconds=0.5)),
    ],
)
def test_too_long_is_said_so(folder: Path, entry: str, limits: Limits) -> None:
    with pytest.raises(sandbox.TookTooLong):
        call(entry, folder, limits)


@pytest.mark.parametrize(
    ("entry", "limits"),
    [
        ("big_result", Limits(result_mb=1)),
        ("big_file", Limits(output_mb=5)),
        ("many_files", Limits(output_mb=5)),
    ],
)
def test_too_much_output_is_said_so(folder: Path, entry: str, limits: Limits) -> None:
    with pytest.raises(sandbox.TooMuchOutput):
        call(entry, folder, limits)


@pytest.fixture
def full(folder: Path) -> Iterator[Path]:
    """What is written there stands on a small disk of its own, in memory."""
    place = folder / "writes"
    mount = ["mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs root, to mount a disk of its own")
    yield folder
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("entry", ["filled_by_python", "filled_by_duckdb", "filled_by_arrow", "many_files"])
def test_a_full_disk_is_said_so_and_not_blamed_on_the_file(full: Path, entry: str) -> None:
    with pytest.raises(sandbox.NoRoom) as found:
        call(entry, full)
    assert isinstance(found.value, Unavailable)
    assert not found.value.passes, "each attempt would fill the disk again"


def test_noise_on_the_standard_streams_does_no_harm(folder: Path) -> None:
    assert call("noise", folder) == {"quiet": True}


def test_threads_are_allowed(folder: Path) -> None:
    assert call("threads", folder) == {"done": 8}


@pytest.mark.parametrize("name", ["plain.csv", "layer.vrt"])
def test_a_gdal_vrt_cannot_bring_in_another_file(folder: Path, name: str) -> None:
    secret = folder / "secret.csv"
    secret.write_text(f"kolom\n{SECRET}\n")
    layer = f"<OGRVRTLayer name='secret'><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>"
    trap = folder / name
    trap.write_text(f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>")
    outside = sandbox_entries.vrt({"input": str(trap)}, print)
    inside = sandbox.run("sandbox_entries:vrt", {"input": str(trap)}, reads=[trap], writes=None)
    assert SECRET not in inside["rows"]
    assert name == "plain.csv" or SECRET in outside["rows"], "the trap itself must work outside"


def test_duckdb_works_with_threads(folder: Path) -> None:
    source = folder / "input.txt"
    source.write_text("x\n" + "".join(f"{number}\n" for number in range(100_000)))
    assert call("duckdb_reads", folder) == {"rows": [100_000, 4_999_950_000]}
    assert (folder / "writes/out.parquet").stat().st_size > 0


@pytest.mark.parametrize("options", ["", "(use_tmp_file false)"])
def test_duckdb_cannot_overwrite_its_input(folder: Path, options: str) -> None:
    source = folder / "input.txt"
    before = hashlib.sha256(source.read_bytes()).hexdigest()
    with pytest.raises(sandbox.Crashed):
        call("duckdb_overwrites", folder, options=options)
    assert (folder / "writes/allowed.csv").exists()
    assert hashlib.sha256(source.read_bytes()).hexdigest() == before


def test_without_a_fence_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sluis.foundation.sandbox.landlock.abi", lambda: 0)
    assert sandbox.available()["ok"] is False
    with pytest.raises(Unavailable, match="Landlock"):
        sandbox.run("sandbox_entries:echo", {}, reads=[], writes=None)
    sandbox.configure(strict=False, code=[HERE])
    assert sandbox.run("sandbox_entries:echo", {}, reads=[], writes=None) == {"echo": {}}


def server() -> psutil.Process:
    """The process that children of this one are forked from."""

    def is_one(process: psutil.Process) -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):  # what another test started, and nobody waited for
            return any("forkserver" in word for word in process.cmdline())
        return False

    (found,) = filter(is_one, psutil.Process().children())
    return found


def test_nothing_of_a_run_is_there_in_the_next(folder: Path) -> None:
    first, second = call("leave_behind", folder), call("leave_behind", folder)
    assert first == second == {"module": False, "name": False, "folder": str(folder / "writes")}


def test_no_entry_of_ours_makes_a_thread_before_it_is_called_or_brings_django(folder: Path) -> None:
    """A process that forks has one thread: what another one holds at that moment would be held for ever."""
    places = (REPOSITORY / "src").rglob("*.py")
    entries = {name for path in places for name in re.findall(r'"(sluis\.[a-z_.]+:[a-z_]+)"', path.read_text())}
    entries -= {"sluis.conf.wsgi:application"}
    assert len(entries) > 15
    for entry in entries:
        with contextlib.suppress(SluisError):
            sandbox.run(entry, {}, reads=[], writes=None)
    maps = Path(f"/proc/{server().pid}/maps").read_text()
    assert all(library in maps for library in ("duckdb", "pyarrow", "numpy"))
    assert server().num_threads() == 1
    assert not [name for name in call("environment", folder)["modules"] if name.startswith("django")]


def test_runs_at_once_do_not_get_in_each_others_way(folder: Path) -> None:
    folders = [folder / str(number) for number in range(8)]

    def one(own: Path) -> Any:
        own.mkdir()
        return sandbox.run("sandbox_entries:leave_behind", {}, reads=[], writes=own)["folder"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, folders)) == list(map(str, folders))
    assert not server().children()


def test_a_run_ends_with_the_process_it_was_forked_from_and_the_next_one_goes(folder: Path) -> None:
    call("copy", folder)
    children: list[psutil.Process] = []

    def kill_its_mother(*_: Any) -> None:
        # Once it was heard: a mother that is killed before she could name her child is asked for another one.
        children.extend(server().children())
        server().kill()

    with pytest.raises(sandbox.SandboxFailure):
        sandbox.run("sandbox_entries:sleep", {}, reads=[], writes=None, on_progress=kill_its_mother)
    assert children
    assert psutil.wait_procs(children, timeout=PATIENCE_SECONDS)[1] == []
    assert call("copy", folder)


def test_who_is_killed_leaves_nothing_running(folder: Path) -> None:
    script = "import sys; from pathlib import Path; from sluis.foundation import sandbox; "
    script += "sandbox.configure(code=[Path(sys.argv[1])]); "
    script += "heard = lambda *_: print('busy', flush=True); "
    script += "sandbox.run('sandbox_entries:sleep', {}, reads=[], writes=None, on_progress=heard)"
    with subprocess.Popen([sys.executable, "-c", script, str(HERE)], stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        assert owner.stdout.readline() == b"busy\n"
        tree = psutil.Process(owner.pid).children(recursive=True)
        owner.kill()
    assert len(tree) == 2
    assert psutil.wait_procs(tree, timeout=PATIENCE_SECONDS)[1] == []


def test_a_copy_of_this_process_forks_its_own(folder: Path) -> None:
    call("copy", folder)
    before = server()
    copy = os.fork()
    if copy == 0:
        try:
            os._exit(0 if call("copy", folder) and server() != before else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) == 0
    assert call("copy", folder)
    assert server() == before


def test_an_answer_that_nobody_waited_for_is_not_for_the_next_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else every later run would watch the child of the run before it, and kill that one."""
    call("copy", folder)

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("socket.recv_fds", interrupted)
        with pytest.raises(KeyboardInterrupt):
            call("sleep", folder)
    with pytest.raises(sandbox.TookTooLong):
        call("sleep", folder, Limits(wall_seconds=0.5))
    assert not server().children()


def test_who_has_no_descriptor_left_says_so_loses_none_and_goes_on(folder: Path) -> None:
    call("copy", folder)
    before, (soft, hard) = psutil.Process().num_fds(), resource.getrlimit(resource.RLIMIT_NOFILE)
    said = set()
    try:
        for limit in range(3, before + 12):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            try:
                call("copy", folder)
            except OSError as error:
                said.add(error.errno)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert said == {errno.EMFILE}
    assert psutil.Process().num_fds() == before
    call("copy", folder)


def test_when_there_can_be_no_new_server_now_the_run_after_it_has_one(folder: Path) -> None:
    call("copy", folder)
    server().kill()

    def refused(*_: Any, **__: Any) -> Any:
        raise BlockingIOError(errno.EAGAIN, "no more processes")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("subprocess.Popen", refused)
        with pytest.raises(BlockingIOError):
            call("copy", folder)
    assert call("copy", folder)


def test_who_has_no_standard_error_can_use_it(folder: Path) -> None:
    script = "import sys; from pathlib import Path; from sluis.foundation import sandbox; "
    script += "sandbox.configure(code=[Path(sys.argv[1])]); "
    script += "print(sandbox.run('sandbox_entries:echo', {}, reads=[], writes=None))"
    closed = ["sh", "-c", 'exec "$0" -c "$1" "$2" 2>&-', sys.executable, script, str(HERE)]
    assert subprocess.run(closed, capture_output=True, check=True, text=True).stdout == "{'echo': {}}\n"


def test_an_ordinary_user_gets_the_same_fence(folder: Path) -> None:
    """When the tests run as root the fence is also tried as somebody else, and the other way round it already was."""
    if os.geteuid() != 0:
        pytest.skip("already an ordinary user")
    from sluis.foundation.sandbox import landlock, seccomp

    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            seccomp.forbid_new_privileges()
            landlock.restrict([("/usr", landlock.READ)])
            seccomp.install()
            Path("/etc/hostname").read_text()
        except PermissionError:
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
