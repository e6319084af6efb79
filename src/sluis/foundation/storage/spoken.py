"""What the library of the bucket raises, in our words: what passes, and what somebody has to mend."""

import logging
import re
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

from sluis.foundation.nameless import does_not_exist
from sluis.kernel.errors import Unavailable
from sluis.kernel.text import N_

log = logging.getLogger("sluis.storage")
_STATUS, _CODE = re.compile(r"status code: (\d{3})"), re.compile(r"<Code>(\w+)</Code>")
_NO_BUCKET = "NoSuchBucket"


@contextmanager
def spoken(endpoint: str, bucket: str) -> Generator[None]:
    """That something is not there, or there already, is an answer and goes on; not that the bucket is not there."""
    from obstore.exceptions import AlreadyExistsError, BaseError

    try:
        yield
    except AlreadyExistsError:
        raise
    except FileNotFoundError as error:
        if _said(error) == _NO_BUCKET:
            raise _no_bucket(bucket) from error
        raise
    except BaseError as error:
        log.warning("storage: %s (%s)", str(error).partition("\n")[0][:300], _said(error))
        raise _meant(error, endpoint, bucket) from error


def away() -> Unavailable:
    return Unavailable(
        "storage.away",
        N_("De opslag van bestanden antwoordt niet."),
        way_out=N_("Probeer het straks opnieuw. Er is niets half bewaard."),
        retry_after=30,
    )


def _meant(error: Exception, endpoint: str, bucket: str) -> Unavailable:
    said, host = _said(error), urlsplit(endpoint).hostname or ""
    if said == _NO_BUCKET:
        return _no_bucket(bucket)
    if _status(error) in ("401", "403"):
        return _refused(said)
    if "dns error" in str(error) and does_not_exist(host):
        return _nameless(host)
    return away()


def _status(error: Exception) -> str:
    found = _STATUS.search(str(error))
    return found[1] if found else ""


def _said(error: Exception) -> str:
    """The code of the service (AccessDenied, …); else the status, which is all that the answer to a HEAD has."""
    found = _CODE.search(str(error))
    return found[1] if found else _status(error)


def _refused(reason: str) -> Unavailable:
    return Unavailable(
        "storage.refused",
        N_("De opslag van bestanden laat Sluis niet toe ({reason})."),
        way_out=N_(
            "Vraag de beheerder de sleutel na te kijken (SLUIS_STORAGE_KEY_ID en SLUIS_STORAGE_SECRET_KEY), en of die "
            "in de bucket mag lezen en schrijven."
        ),
        reason=reason,
        retry_after=300,
        passes=False,
    )


def _no_bucket(name: str) -> Unavailable:
    return Unavailable(
        "storage.no-bucket",
        N_("In de opslag is geen bucket {bucket}."),
        way_out=N_("Vraag de beheerder de bucket te maken, of SLUIS_STORAGE na te kijken."),
        bucket=name,
        retry_after=300,
        passes=False,
    )


def _nameless(host: str) -> Unavailable:
    return Unavailable(
        "storage.no-host",
        N_("De naam {host} van de opslag van bestanden bestaat niet."),
        way_out=N_("Vraag de beheerder SLUIS_STORAGE_ENDPOINT na te kijken, en of de opslag draait."),
        host=host,
        retry_after=30,
        nameless=True,
    )
