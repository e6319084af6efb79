"""What the browser gets: pinned, small, from nowhere else."""

import gzip
import json
import re

import pytest
from tests.conftest import REPOSITORY

FRONTEND = REPOSITORY / "frontend"
STATIC = REPOSITORY / "src" / "sluis" / "web" / "static"


def test_every_package_is_pinned_exactly():
    package = json.loads((FRONTEND / "package.json").read_text())
    for name, version in (package["dependencies"] | package["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} {version}"


def test_the_lock_names_no_registry_and_holds_a_checksum_of_everything():
    packages = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]
    for name, entry in packages.items():
        assert entry.get("resolved", "https://registry.npmjs.org/").startswith("https://registry.npmjs.org/"), name
        assert not name or entry["integrity"].startswith("sha512-"), name


def built(name):
    path = STATIC / "built" / name
    if not path.exists():
        pytest.skip("the front end is not built: cd frontend && npm ci && node build.mjs")
    return path.read_bytes()


def test_sizes():
    themes = b"".join(path.read_bytes() for path in sorted((STATIC / "themes").glob("*.css")))
    assert len(gzip.compress(built("sluis.css") + themes)) <= 25_000
    assert len(gzip.compress(built("sluis.js"))) <= 20_000


@pytest.mark.parametrize("name", ["sluis.css", "sluis.js"])
def test_nothing_comes_from_another_origin(name):
    text = built(name).decode()
    assert not re.search(r"""(url\(|import\s*|from\s*)["']?https?://""", text)
    assert not re.search(r"url\([\"']?+(?!fonts/|data:)", text)


def test_every_file_the_style_sheet_names_is_there():
    for address in re.findall(r"url\(\"?(fonts/[^)\"]+)", built("sluis.css").decode()):
        assert (STATIC / "built" / address).is_file(), address


def test_the_theme_defines_what_the_style_sheet_uses():
    used = set(re.findall(r"var\(--sluis-([a-z-]+)", built("sluis.css").decode()))
    defined = set(re.findall(r"--sluis-([a-z-]+):", (STATIC / "themes" / "merwede.css").read_text()))
    assert used <= defined
