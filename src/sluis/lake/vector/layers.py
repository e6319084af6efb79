"""Which layer of a file is read."""

from typing import Any

import pyogrio

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.types import Remark
from sluis.lake.vector.prepare import Prepared


def choose(prepared: Prepared, kind: str, options: dict[str, Any], file: str) -> tuple[str | None, list[Remark]]:
    """The asked layer, else the one with the most features. None: the file has one layer by nature."""
    if kind in ("geojson", "shapefile"):
        return None, []
    names = [str(name) for name, _ in pyogrio.list_layers(prepared.path)]
    names = [name for name in names if prepared.layers is None or name in prepared.layers]
    wanted = options.get("layer")
    if not names or (wanted and wanted not in names):
        raise _no_such_layer(file, wanted, names)
    chosen = str(wanted) if wanted else _largest(prepared, names)
    others = [name for name in names if name != chosen]
    return chosen, [_more_layers(chosen, others)] if others and not wanted else []


def _largest(prepared: Prepared, names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return max(names, key=lambda name: count(prepared, name, force=True))


def count(prepared: Prepared, layer: str | None, *, force: bool = False) -> int:
    """Features in a layer; -1 where counting would mean reading it all and `force` is off."""
    info = pyogrio.read_info(prepared.path, layer=layer, force_feature_count=force, **prepared.options)
    return int(info["features"])


def _more_layers(chosen: str, others: list[str]) -> Remark:
    text = N_("Gelezen is laag {layer}. Het bestand heeft meer lagen: {others}.")
    return Remark("vector.more-layers", text, {"layer": chosen, "others": ", ".join(others)})


def _no_such_layer(file: str, wanted: str | None, names: list[str]) -> Invalid:
    if not names:
        return Invalid(
            "vector.no-layers",
            N_("{file} bevat geen laag die we kunnen lezen."),
            way_out=N_("Exporteer de gegevens opnieuw als gewone tabel met geometrie."),
            file=file,
        )
    return Invalid(
        "vector.no-such-layer",
        N_("{file} heeft geen laag {layer}."),
        way_out=N_("Kies een van: {layers}."),
        file=file,
        layer=wanted,
        layers=", ".join(names),
    )
