"""Which structures are made for which columns."""

from sluis.lake.serving.plan import after_vectors


def column(name: str, kind: str = "text", **profile: object) -> dict[str, object]:
    return {"name": name, "type": kind, "profile": profile}


def test_descriptions_are_searched_for_words_also_when_no_two_are_the_same() -> None:
    columns = [
        column("id", "integer", unique=True),
        column("zaaknummer", unique=True, length={"mean": 11}),
        column("omschrijving", unique=True, length={"mean": 90}),
        column("plaats", length={"mean": 9}),
    ]
    made = after_vectors(columns, left={"zaaknummer", "omschrijving"}, rising={"id"})
    assert made == ["rest", "cube", "order:zaaknummer", "words:zaaknummer", "words:omschrijving"]
