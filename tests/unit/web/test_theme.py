"""A theme is one small file, and one that people cannot read is refused."""

import pytest
from django.conf import settings as live

from sluis.web import theme

FILES = sorted(theme.FOLDER.glob("*.css"))
GOOD = (theme.FOLDER / "merwede.css").read_text(encoding="utf-8")


def test_contrast_follows_the_standard():
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#ffffff", "#ffffff") == pytest.approx(1)
    # The grey that is just enough on white (WCAG techniques G18).
    assert theme.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_there_are_two_themes():
    assert {file.stem for file in FILES} >= {"merwede", "duin"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_our_themes_are_good(file):
    css = file.read_text(encoding="utf-8")
    assert theme.faults_of(css) == []
    assert len(theme.read_theme(css)[0]) <= theme.MOST
    assert file.with_suffix(".svg").is_file()


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("--sluis-text-subtle: #52616b", "--sluis-text-subtle: #9aa5ad"),
        ("--sluis-header-background: #0b5a76", "--sluis-header-background: #8fd3ea"),
        ("--sluis-border-strong: #5d6b75", "--sluis-border-strong: #c8cdd2"),
        ("--sluis-focus-outer: #0b0c0c", "--sluis-focus-outer: #e0e0e0"),
    ],
)
def test_too_little_contrast_is_refused(pair, value):
    assert pair in GOOD
    assert any("contrast" in fault for fault in theme.faults_of(GOOD.replace(pair, value)))


@pytest.mark.parametrize(
    ("css", "reason"),
    [
        (GOOD.replace("#0b5a76", "url(https://evil.example/x)"), "must be written as"),
        (GOOD.replace("#ffffff", "red"), "must be written as"),
        (GOOD.replace("  --sluis-link: #00568b;\n", ""), "--sluis-link is missing"),
        (GOOD.replace("}", "  --sluis-surprise: #000000;\n}"), "unknown variable"),
        (GOOD + "body { display: none }", "one :root rule"),
        (GOOD.replace(":root {", "@import 'x'; :root {"), "one :root rule"),
        (GOOD.replace("}", "".join(f"--sluis-x{i}: #000000;" for i in range(40)) + "}"), "at most 40"),
    ],
)
def test_a_theme_is_only_variables(css, reason):
    assert any(reason in fault for fault in theme.faults_of(css)), theme.faults_of(css)


@pytest.mark.parametrize(
    ("name", "ids"), [("merwede", []), ("duin", []), ("nergens", ["web.E001"]), ("../x", ["web.E001"])]
)
def test_the_site_does_not_start_with_an_unknown_theme(settings, name, ids):
    from dataclasses import replace

    settings.SLUIS = replace(live.SLUIS, theme=name)
    assert [message.id for message in theme.check_theme()] == ids
