"""What the numbers of a column look like, for who writes them down: pure."""

import re
from collections.abc import Mapping
from typing import Any

_CODE = re.compile(r"(?:^|_)(?:id|nr|nummer|code|jaar|year)(?:_|$)")
_YEARS = (1000, 2999)


def is_amount(name: str, profile: Mapping[str, Any]) -> bool:
    """False for years and codes: nobody groups the digits of those."""
    if profile.get("type", "integer") != "integer":
        return True
    if profile.get("unique") or _CODE.search(name.lower()):
        return False
    least, most = profile.get("min"), profile.get("max")
    years = isinstance(least, int) and isinstance(most, int) and _YEARS[0] <= least and most <= _YEARS[1]
    return not years
