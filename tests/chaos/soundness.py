"""What must hold of every site after a blow, whatever it was doing; import it when the program has started."""

from sluis.foundation.service import audit, blobs


def unsound() -> list[str]:
    """What is wrong with the audit chain and the files; [] when nothing is."""
    wrong = [] if (verdict := audit.verify()).sound else [f"audit {verdict.fault} at {verdict.seq}"]
    wrong += [f"lost blob {sha}" for sha in blobs.wanted() - {one.sha256 for one in blobs.stored()}]
    return wrong + [f"damaged blob {sha}" for sha in blobs.damaged()]
