"""From what somebody typed to hits, counts and help. Nothing they type is parsed as a query language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import tantivy
from tantivy import Occur, Order, Query

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.register import service as register
from sluis.release import reading
from sluis.release.models import PublicDataset
from sluis.release.search import index, schema, text
from sluis.release.search.spelling import corrections
from sluis.release.search.why import why
from sluis.release.types import FACETS, KIND_LABELS, FacetCount, Kind, SearchHit, SearchRequest, SearchResult, Sort

MOST_PER_PAGE = 100
DEEPEST = 10_000
FACET_VALUES = 40
_LONG_ENOUGH_TO_START = 6  # a short start with a wrong letter is the start of anything
FORMATS = {"geojson": "GeoJSON", "parquet": "Parquet", "gpkg": "GeoPackage"}
_LISTED = ("theme", "licence", "frequency")


type _Found = Sequence[tuple[float, tantivy.DocAddress]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The open index with what was asked of it."""

    request: SearchRequest
    searcher: tantivy.Searcher
    schema: tantivy.Schema
    words: Sequence[str]
    filters: Mapping[str, tuple[str, ...]]


def search(request: SearchRequest) -> SearchResult:
    """Search the public datasets. Any text gives an answer; without text everything matches.

    First every word must match (its stem, a synonym, or the start of a longer word); when that finds nothing, looser
    spellings; then most of the words. Raises Invalid for an unknown facet or a page out of range, Unavailable.
    """
    _check(request)
    if not index.exists() and not PublicDataset.objects.exists():
        return SearchResult(hits=(), total=0, facets=dict.fromkeys(FACETS, ()), size=request.size)
    opened = index.opened()
    filters = {name: tuple(values) for name, values in request.filters.items() if values}
    asked = _Asked(request, opened.searcher(), opened.schema, text.words(request.text), filters)
    wanted, found, total, fuzzy = _first_that_finds(asked)
    help_needed = fuzzy or not total
    return SearchResult(
        hits=_hits(asked, found),
        total=total,
        facets=_facets(asked, wanted),
        corrections=corrections(asked.searcher, asked.words) if help_needed and asked.words else (),
        wider=_wider(asked, wanted) if not total else {},
        page=request.page,
        size=request.size,
        fuzzy=fuzzy,
    )


def _check(request: SearchRequest) -> None:
    if unknown := set(request.filters) - set(FACETS):
        raise Invalid("search.facet", N_("Filter '{name}' bestaat niet."), name=min(unknown)[:40])
    if request.page < 1 or not 1 <= request.size <= MOST_PER_PAGE or request.page * request.size > DEEPEST:
        raise Invalid(
            "search.page",
            N_("Een pagina heeft 1 tot {most} resultaten, tot resultaat {deepest}."),
            way_out=N_("Verfijn uw zoekvraag met een filter."),
            most=MOST_PER_PAGE,
            deepest=DEEPEST,
        )


def _first_that_finds(asked: _Asked) -> tuple[Query, _Found, int, bool]:
    """(query without filters, hits of the page, number of hits, whether a looser spelling was needed)."""
    if not asked.words:
        everything = Query.all_query()
        return everything, *_page(asked, everything), False
    attempts = (lambda: _every(asked, fuzzy=False), lambda: _every(asked, fuzzy=True), lambda: _most(asked))
    for number, attempt in enumerate(attempts):
        query = attempt()
        found, total = _page(asked, query)
        if total:
            return query, found, total, number > 0
    return attempts[0](), [], 0, False


def _every(asked: _Asked, *, fuzzy: bool) -> Query:
    return Query.boolean_query([(Occur.Must, _word(asked, word, fuzzy=fuzzy)) for word in asked.words])


def _most(asked: _Asked) -> Query:
    """Two thirds of the words, in any spelling."""
    words = [(Occur.Should, _word(asked, word, fuzzy=True)) for word in asked.words]
    return Query.boolean_query(words, minimum_number_should_match=max(1, len(words) * 2 // 3))


def _word(asked: _Asked, word: str, *, fuzzy: bool) -> Query:
    ways = [_term(asked, name, word, boost) for name, (_l, boost) in schema.FIELDS.items()]
    for other in text.synonyms(word):
        ways += [_phrase(asked, name, other, boost * 0.6) for name, (_l, boost) in schema.FIELDS.items()]
    if len(word) >= 3:
        ways.append(Query.boost_query(Query.regex_query(asked.schema, schema.PLAIN, f"{word}.*"), 1.5))
    if fuzzy and len(word) >= 4:
        ways += _looser(asked, word)
    return Query.disjunction_max_query(ways, 0.2)


def _term(asked: _Asked, name: str, word: str, boost: float) -> Query:
    stem = text.stem(word, schema.FIELDS[name][0])
    return Query.boost_query(Query.term_query(asked.schema, name, stem, "freq"), boost)


def _phrase(asked: _Asked, name: str, words: str, boost: float) -> Query:
    parts = words.split()
    if len(parts) == 1:
        return _term(asked, name, words, boost)
    stems: list[str | tuple[int, str]] = [text.stem(part, schema.FIELDS[name][0]) for part in parts]
    return Query.boost_query(Query.phrase_query(asked.schema, name, stems), boost)


def _looser(asked: _Asked, word: str) -> list[Query]:
    """One wrong letter, two in a long word; on the stem (as the index holds it) and on the word as written.

    A longer word may also be the start of a compound: 'grondwter' finds 'grondwaterstanden'.
    """
    distance = 2 if len(word) >= 8 else 1
    found = [Query.fuzzy_term_query(asked.schema, schema.PLAIN, word, distance)]
    if len(word) >= _LONG_ENOUGH_TO_START:
        start = Query.fuzzy_term_query(asked.schema, schema.PLAIN, word, 1, prefix=True)
        found.append(Query.boost_query(start, 0.5))
    for name in ("title_nl", "keywords_nl", "body_nl", "title_en", "keywords_en"):
        language, boost = schema.FIELDS[name]
        stem = text.stem(word, language)
        if len(stem) >= 4:
            near = Query.fuzzy_term_query(asked.schema, name, stem, min(distance, len(stem) // 3))
            found.append(Query.boost_query(near, boost * 0.5))
    return found


def _filtered(asked: _Asked, query: Query, leave_out: str = "") -> Query:
    chosen = [
        (Occur.Must, Query.const_score_query(Query.term_set_query(asked.schema, name, list(values)), 0.0))
        for name, values in asked.filters.items()
        if name != leave_out
    ]
    return Query.boolean_query([(Occur.Must, query), *chosen]) if chosen else query


def _page(asked: _Asked, query: Query) -> tuple[_Found, int]:
    """Hits of the asked page in the asked order, and how many there are in all."""
    request = asked.request
    order: dict[str, object] = {}
    if request.sort is Sort.NEWEST or (request.sort is Sort.RELEVANCE and not asked.words):
        order = {"order_by_field": "changed", "order": Order.Desc}
    elif request.sort is Sort.TITLE:
        order = {"order_by_field": "sort_title", "order": Order.Asc}
    first = (request.page - 1) * request.size
    found = asked.searcher.search(
        _filtered(asked, query),
        limit=request.size,
        offset=first,
        count=True,
        **order,  # type: ignore[arg-type]
    )
    return found.hits, found.count or 0  # type: ignore[attr-defined]


def _hits(asked: _Asked, found: _Found) -> tuple[SearchHit, ...]:
    """The rows behind the hits; what is no longer public falls out here."""
    slugs = [str(asked.searcher.doc(address).get_first("slug")) for _score, address in found]
    cards = reading.cards(slugs)
    return tuple(
        SearchHit(card=cards[slug], score=float(score), why=why(cards[slug], asked.words, asked.request.language))
        for slug, (score, _address) in zip(slugs, found, strict=True)
        if slug in cards and cards[slug].kind is not Kind.WITHDRAWN
    )


def _facets(asked: _Asked, query: Query) -> dict[str, tuple[FacetCount, ...]]:
    """Counts per value; a facet's own choice does not limit its own counts, so that a visitor can add one."""
    free = [name for name in FACETS if name not in asked.filters]
    if not asked.words and not asked.filters:
        counted = _everything.counts(asked.searcher, index.stamp())
        return {name: _values(asked, name, counted[name]) for name in FACETS}
    counted = _aggregate(asked.searcher, _filtered(asked, query), free)
    for name in asked.filters:
        counted |= _aggregate(asked.searcher, _filtered(asked, query, leave_out=name), [name])
    return {name: _values(asked, name, counted[name]) for name in FACETS}


class _Everything:
    """Counts over the whole index, which the list without words shows to everybody: once per state of the index."""

    def __init__(self) -> None:
        self._kept: tuple[object, dict[str, dict[str, int]]] = (None, {})

    def counts(self, searcher: tantivy.Searcher, stamp: object) -> dict[str, dict[str, int]]:
        if self._kept[0] != stamp:
            self._kept = stamp, _aggregate(searcher, Query.all_query(), FACETS)
        return self._kept[1]


_everything = _Everything()


def _aggregate(searcher: tantivy.Searcher, query: Query, names: Sequence[str]) -> dict[str, dict[str, int]]:
    if not names:
        return {}
    wanted = {name: {"terms": {"field": name, "size": FACET_VALUES}} for name in names}
    found = searcher.aggregate(query, wanted)
    return {name: {b["key"]: b["doc_count"] for b in found[name]["buckets"]} for name in names}


def _values(asked: _Asked, name: str, counted: dict[str, int]) -> tuple[FacetCount, ...]:
    chosen = asked.filters.get(name, ())
    known = counted | {value: counted.get(value, 0) for value in chosen}
    ranked = sorted(known.items(), key=lambda item: (-item[1], item[0]))
    labels = _labels(name, counted, list(chosen), asked.request.language)
    return tuple(FacetCount(value, labels.get(value) or value, count, value in chosen) for value, count in ranked)


def _labels(name: str, counted: Mapping[str, int], chosen: Iterable[str], language: str) -> Mapping[str, str]:
    """Words for the values of a facet. What somebody chose may be anything: only what the index holds is kept."""
    if name == "kind":
        return KIND_LABELS.get(language, KIND_LABELS["nl"])
    if name == "format":
        return {value: FORMATS.get(value, value.upper()) for value in (*counted, *chosen)}
    known = _known(name, language, index.stamp())
    if missing := [value for value in (*counted, *chosen) if value not in known]:
        found = register.labels(missing, language) if name in _LISTED else _organisations(missing)
        known |= {value: found.get(value, value) for value in missing if value in found or value in counted}
    return known


@lru_cache(maxsize=32)
def _known(_facet: str, _language: str, _stamp: object) -> dict[str, str]:
    """Words found since the index became what it is: a refreshed list shows with the next publication."""
    return {}


def _organisations(slugs: Sequence[str]) -> dict[str, str]:
    rows = PublicDataset.objects.filter(kind__in=list(Kind)).order_by()
    names = ((slug, rows.filter(organisation=slug).values_list("organisation_name", flat=True)[:1]) for slug in slugs)
    return {slug: found[0] for slug, name in names if (found := list(name))}


def _wider(asked: _Asked, query: Query) -> dict[str, int]:
    """What leaving out one filter would find."""
    found = {
        name: asked.searcher.search(_filtered(asked, query, leave_out=name), limit=1).count or 0  # type: ignore[attr-defined]
        for name in asked.filters
    }
    return {name: count for name, count in found.items() if count}
