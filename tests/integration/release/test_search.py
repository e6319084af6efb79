"""People find what they mean: stems, typos, synonyms, compounds; and whatever they type, they get an answer."""

import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.release import catalogue

from sluis.kernel.errors import Invalid, Unavailable
from sluis.release import public
from sluis.release.models import PublicDataset
from sluis.release.search import index
from sluis.release.search.spelling import distance
from sluis.release.types import SearchRequest, Sort

pytestmark = pytest.mark.django_db

# What people type → the start of the title they mean. Typos, synonyms, plurals, English, whole questions.
GOLD = {
    "laadpaal": "Laadpalen",
    "oplaadpunten": "Laadpalen",
    "laadpaalen": "Laadpalen",
    "ladpalen": "Laadpalen",
    "verkeersongvl": "Verkeersongevallen",
    "charging points": "Laadpalen",
    "fietsers tellen": "Fietstellingen",
    "rijwielpad": "Fietspaden",
    "fietspadn": "Fietspaden",
    "ongelukken": "Verkeersongevallen",
    "verkersongevallen": "Verkeersongevallen",
    "bushalte": "Bushaltes",
    "waar is de bushalte": "Bushaltes",
    "grondwaterstnd": "Grondwaterstanden",
    "peilbuizen": "Grondwaterstanden",
    "zwemplek": "Zwemwaterkwaliteit",
    "fijn stof": "Luchtkwaliteit",
    "luchtkwalitiet": "Luchtkwaliteit",
    "ammoniak": "Stikstofdepositie",
    "windmolen": "Windturbines",
    "zonnepanelen": "Zonneparken",
    "subsidies": "Subsidieregister",
    "budget": "Provinciale begroting",
    "huizen bouwen": "Woningbouwplannen",
    "dijk": "Waterkeringen",
    "lawaai": "Geluidbelasting",
    "wegafsluiting": "Wegwerkzaamheden",
    "monumentn": "Rijksmonumenten",
}


@pytest.fixture
def small(data_folder, fixed_clock):
    catalogue.fill()
    index.rebuild()


def _titles(text: str, **more: object) -> list[str]:
    return [hit.card.title for hit in public.search(SearchRequest(text=text, **more)).hits]  # type: ignore[arg-type]


def test_the_gold_set(small):
    missed = {
        text: _titles(text)[:3]
        for text, title in GOLD.items()
        if not any(t.startswith(title) for t in _titles(text)[:3])
    }
    assert len(missed) <= len(GOLD) // 10, missed


def test_nothing_asked_gives_everything_newest_first(small):
    found = public.search(SearchRequest())
    assert found.total == len(catalogue.SMALL)
    assert [hit.card.title for hit in found.hits[:2]] == [catalogue.SMALL[0][0], catalogue.SMALL[1][0]]


def test_a_facet_counts_what_choosing_it_would_give(small):
    free = public.search(SearchRequest(text="weg"))
    for name, counts in free.facets.items():
        for count in counts:
            chosen = public.search(SearchRequest(text="weg", filters={name: (count.value,)}))
            assert chosen.total == count.count
            own = {c.value: c.count for c in chosen.facets[name]}
            assert own == {c.value: c.count for c in counts}


def test_two_facets_narrow_each_other(small):
    both = SearchRequest(filters={"format": ("csv",), "kind": ("restricted",)})
    found = public.search(both)
    assert found.total == sum(1 for n, row in enumerate(catalogue.SMALL) if row[4] == "csv" and n % 9 == 0)
    assert {c.value for c in found.facets["kind"]} == {"open", "restricted"}


def test_sorting(small):
    by_title = _titles("", sort=Sort.TITLE, size=100)
    assert by_title == sorted(by_title)
    assert _titles("", sort=Sort.NEWEST)[0] == catalogue.SMALL[0][0]


def test_why_marks_the_words(small):
    hit = public.search(SearchRequest(text="peilbuis")).hits[0]
    marked = [piece for snippet in hit.why for piece, matched in snippet.pieces if matched]
    assert "peilbuizen" in marked


def test_nothing_found_helps(small):
    nothing = public.search(SearchRequest(text="xyzzyqwerty"))
    assert (nothing.total, nothing.hits) == (0, ())
    spelled = public.search(SearchRequest(text="bushaltse"))
    assert spelled.fuzzy
    assert "bushaltes" in spelled.corrections
    wider = public.search(SearchRequest(text="bushalte", filters={"format": ("gpkg",)}))
    assert wider.total == 0
    assert wider.wider == {"format": 1}


def test_the_index_follows_and_forgets_what_was_withdrawn(small):
    row = PublicDataset.objects.get(title="Bushaltes")
    PublicDataset.objects.filter(id=row.id).update(kind="withdrawn")
    assert _titles("bushalte") == []  # the index still holds it; the database is the truth
    PublicDataset.objects.filter(id=row.id).update(revision=1000)
    assert index.is_behind()
    index.catch_up()
    assert public.search(SearchRequest(text="bushalte")).total == 0
    assert not index.is_behind()


def test_no_index_is_said_and_made(data_folder, fixed_clock):
    assert public.search(SearchRequest(text="iets")).total == 0
    catalogue.fill()
    with pytest.raises(Unavailable):
        public.search(SearchRequest(text="bushalte"))
    index.catch_up()
    assert _titles("bushalte") == ["Bushaltes"]


def test_a_broken_state_is_made_again(small, data_folder):
    (data_folder / "index" / "state.json").write_text("{")
    assert index.catch_up() == len(catalogue.SMALL)
    assert _titles("bushalte") == ["Bushaltes"]


def test_what_a_writer_left_that_was_killed_before_its_commit_is_not_in_the_way(small, data_folder, tmp_path):
    PublicDataset.objects.filter(title="Bushaltes").update(kind="withdrawn", revision=1000)
    state = index._state()
    folder = data_folder / "index" / state.folder
    shutil.copytree(folder, tmp_path / "further")
    changed = PublicDataset.objects.filter(revision__gte=state.revision).order_by("revision")
    index._write(tmp_path / "further", changed, state.folder)
    index._keep(state)
    # The commit ends with a new meta.json: killed just before that, all other files of it stand beside the old one.
    left = [path for path in (tmp_path / "further").iterdir() if path.name != "meta.json"]
    assert any(path.suffix == ".del" and not (folder / path.name).exists() for path in left)
    for path in left:
        shutil.copy(path, folder)
    assert index.catch_up()
    assert public.search(SearchRequest(text="bushalte")).total == 0
    assert not index.is_behind()


@pytest.mark.parametrize("damaged", ["meta.json", "*.term", "*"])
def test_an_index_that_a_disk_damaged_is_made_again(small, data_folder, monkeypatch, damaged):
    (folder,) = (path for path in (data_folder / "index").iterdir() if path.is_dir())
    for path in folder.glob(damaged):
        path.write_bytes(b"")
    monkeypatch.setattr(index, "_reader", index._Reader())  # a host that starts
    assert index.is_behind()
    index.keep_up()
    assert not index.is_behind()
    assert _titles("bushalte") == ["Bushaltes"]


@pytest.mark.parametrize(
    "request_", [{"page": 0}, {"size": 0}, {"size": 101}, {"page": 5000}, {"filters": {"x": ("y",)}}]
)
def test_a_page_out_of_range_is_refused(small, request_):
    with pytest.raises(Invalid):
        public.search(SearchRequest(**request_))


@given(text=st.text(max_size=120) | st.from_regex(r'[a-z"*+\-:()\[\]{}^~?\\/ ]{1,60}', fullmatch=True))
@settings(max_examples=120)
def test_any_text_gives_an_answer(small, text):
    found = public.search(SearchRequest(text=text))
    assert found.total >= len(found.hits) or found.page == 1


@given(one=st.text("abc", max_size=6), other=st.text("abc", max_size=6))
def test_distance_is_symmetric_and_zero_only_for_the_same(one, other):
    assert distance(one, other, 9) == distance(other, one, 9)
    assert (distance(one, other, 9) == 0) == (one == other)
    assert distance(one, other, 1) == min(2, distance(one, other, 9))
