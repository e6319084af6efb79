"""What the index holds of each public dataset."""

import tantivy

from sluis.release.models import PublicDataset
from sluis.release.search import text
from sluis.release.types import FACETS

VERSION = 1
# Field → (language or 'plain', boost). A word in the title says more than one in the description.
FIELDS = {
    "title_nl": ("nl", 6.0),
    "keywords_nl": ("nl", 4.0),
    "body_nl": ("nl", 1.0),
    "title_en": ("en", 5.0),
    "keywords_en": ("en", 3.0),
    "body_en": ("en", 0.8),
}
PLAIN = "plain"


def build() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("slug", stored=True, tokenizer_name="raw", index_option="basic")
    for name, (language, _boost) in FIELDS.items():
        builder.add_text_field(name, tokenizer_name=f"sluis_{language}")
    builder.add_text_field(PLAIN, tokenizer_name="sluis_plain", index_option="freq")
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("changed", fast=True)
    builder.add_integer_field("sort_title", fast=True)
    return builder.build()


def register(index: tantivy.Index) -> None:
    """Tokenizers live in the process, not in the index: each process must name them."""
    for language in text.STEMMED:
        index.register_tokenizer(f"sluis_{language}", text.analyzer(language))
    index.register_tokenizer("sluis_plain", text.plain_analyzer())


def document_of(row: PublicDataset) -> tantivy.Document:
    meanings = _meanings(row)
    keywords = " ".join(row.keywords)
    values: dict[str, object] = {
        "slug": row.slug,
        "title_nl": row.title,
        "title_en": row.title_en,
        "keywords_nl": keywords,
        "keywords_en": keywords,
        "body_nl": f"{row.description} {row.organisation_name} {row.spatial_label} {meanings}",
        "body_en": row.description_en,
        PLAIN: f"{row.title} {row.title_en} {keywords}",
        "changed": int(row.changed_at.timestamp()),
        "sort_title": title_key(row.title),
        **{name: value for name, value in facets_of(row).items() if value},
    }
    return tantivy.Document(**values)


def facets_of(row: PublicDataset) -> dict[str, list[str]]:
    return {
        "theme": list(row.themes),
        "organisation": [row.organisation] if row.organisation else [],
        "kind": [row.kind],
        "format": list(dict.fromkeys(row.formats)),
        "licence": [row.licence] if row.licence else [],
        "frequency": [row.frequency] if row.frequency else [],
    }


def title_key(title: str) -> int:
    """The first eight letters as a number that sorts as they do."""
    plain = " ".join(text.plain_analyzer().analyze(title))
    return int.from_bytes(plain.encode("ascii", "replace")[:8].ljust(8, b"\0"), "big")


def _meanings(row: PublicDataset) -> str:
    columns = row.document["metadata"].get("columns", ())
    return " ".join(f"{column.get('title', '')} {column.get('meaning', '')}" for column in columns)
