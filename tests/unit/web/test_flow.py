"""Boxes and lines: every row stands in its box, every line between two rows, and no text can break out."""

import re
from xml.etree import ElementTree

from sluis.web.flow import Box, drawn

BOXES = [Box("a", "Bron", "bestand", 0, [("x", "X"), ("y", "Y")]), Box("b", "Nog een", "bron", 0, [("z", "Z")]),
         Box("c", "<Tabel> & meer dan zesentwintig letters", "goud", 1, [("x", "<script>"), ("n", "N")])]  # fmt: skip


def test_boxes_of_one_place_do_not_overlap_and_lines_end_at_their_rows() -> None:
    lines = [("a", "y", "c", "n"), ("b", "", "c", "x"), ("a", "x", "weg", "x")]
    picture = ElementTree.fromstring(drawn(BOXES, lines, "Titel"))  # noqa: S314 - our own
    rects = [{key: int(value) for key, value in one.attrib.items() if key != "class"} for one in picture.iter("rect")]
    assert rects[0]["y"] + rects[0]["height"] < rects[1]["y"]
    assert rects[0]["x"] + rects[0]["width"] < rects[2]["x"]
    assert max(one["x"] + one["width"] for one in rects) <= int(picture.attrib["width"])
    ways = [re.findall(r"-?\d+", one.attrib["d"]) for one in picture.iter("path")]
    texts = {one.text: int(one.attrib["y"]) for one in picture.iter("text")}
    assert len(ways) == 2
    start, end = int(ways[0][1]), int(ways[0][-1])
    assert abs(start - texts["Y"]) < 12
    assert abs(end - texts["N"]) < 12
    assert picture.attrib["aria-label"] == "Titel"


def test_text_is_escaped_and_a_long_one_is_whole_in_its_title() -> None:
    text = drawn(BOXES, [], 'een "titel"')
    assert "<script>" not in text
    assert "&lt;Tabel&gt; &amp; meer dan zesentwintig letters" in text
    assert "…" in text


def test_nothing_is_a_picture_too() -> None:
    assert drawn([], [], "leeg").startswith("<svg")
