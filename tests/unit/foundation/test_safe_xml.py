"""XML that reaches for files or swells."""

import resource
from pathlib import Path

import pytest
from tests.conftest import shared_path

from sluis.foundation.safe_xml import XmlCaps, iterparse, parse, refuse_doctype
from sluis.kernel.errors import Invalid

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(12))
BOMB = f"<!DOCTYPE r [{LAUGHS}]><r>&l11;</r>"


def code_of(document: bytes | Path, caps: XmlCaps | None = None) -> str:
    with pytest.raises(Invalid) as caught:
        parse(document, file="invoer.xml", caps=caps)
    assert "invoer.xml" in str(caught.value)
    return caught.value.code


def test_ordinary_xml_is_read_whole() -> None:
    root = parse("<?xml version='1.0'?><!-- hoi --><a xmlns='urn:x'><b>één</b><b/></a>".encode())
    assert [element.text for element in root.iter("{urn:x}b")] == ["één", None]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_bomb_is_refused_before_it_goes_off(encoding: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert code_of(BOMB.encode(encoding)) == "xml.doctype"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        "<!-- " + "x" * 5000 + " --><!DOCTYPE r><r/>",
        "<!DOCTYPE html><html/>",
    ],
)
def test_every_doctype_is_refused(document: str) -> None:
    assert code_of(document.encode()) == "xml.doctype"
    with pytest.raises(Invalid):
        refuse_doctype(document.encode())


def test_every_attack_of_the_reference_material_is_refused() -> None:
    attacks = sorted(shared_path("data/5-robustness/xxe").glob("*.xml"))
    assert {path.name: code_of(path) for path in attacks} == {
        path.name: "xml.broken" if "Yunusov" in path.name else "xml.doctype" for path in attacks
    }
    assert len(attacks) == 5
    assert code_of(shared_path("data/5-robustness/generated/rdfxml_xxe_file.rdf")) == "xml.doctype"


def test_each_single_payload_of_the_list_is_refused() -> None:
    lines = shared_path("data/5-robustness/xxe/xml-attacks.txt").read_bytes().splitlines()
    payloads = [line for line in lines if b"<!DOCTYPE" in line or b"<!ENTITY" in line]
    assert payloads
    for payload in payloads:
        assert code_of(payload) in ("xml.doctype", "xml.broken")


def test_depth_size_and_prolog_are_capped() -> None:
    assert code_of(b"<a>" * 300 + b"</a>" * 300) == "xml.too-deep"
    assert code_of(b"<a>" + b"x" * 1000 + b"</a>", XmlCaps(total_bytes=500)) == "xml.too-big"
    assert code_of(b"<!--" + b"x" * 100_000 + b"--><a/>") == "xml.too-big"


@pytest.mark.parametrize("document", [b"", b"tekst", b"<a>", b"<a></b>", b"<a/>rest", b"<a>&x;</a>", b"\xff\xfe\x00"])
def test_broken_xml_is_said_so(document: bytes) -> None:
    assert code_of(document) == "xml.broken"


def test_a_large_document_streams(tmp_path: Path) -> None:
    path = tmp_path / "groot.xml"
    path.write_bytes(b"<r>" + b"<i>1</i>" * 100_000 + b"</r>")
    total = 0
    for _, element in iterparse(path):
        total += int(element.text or 0) if element.tag == "i" else 0
        element.clear()
    assert total == 100_000
