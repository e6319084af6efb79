"""Files in a bucket of an S3 service: Amazon's own, or MinIO, Ceph, SeaweedFS and the like."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sluis.foundation import egress
from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors import asking, filing, outside
from sluis.lake.connectors.base import Field, Given, Kind, Refused
from sluis.lake.connectors.filing import Filing, Found
from sluis.lake.connectors.paging import SECONDS, whole_number
from sluis.lake.connectors.replies import milliseconds, refusal
from sluis.lake.connectors.s3.signing import address, signed
from sluis.lake.connectors.unpacking import MB
from sluis.lake.connectors.xml import understood

_LIST_MB = 20


class S3(Filing):
    name = "s3"
    title = N_("Bestanden in S3-opslag")
    about = N_("Leest bestanden uit een bucket: van Amazon S3 of van een dienst die hetzelfde spreekt.")
    fields = (
        Field("url", N_("Webadres van de opslag"), Kind.ADDRESS, required=True,
              help=N_("Zonder de naam van de bucket, zoals https://s3.eu-west-1.amazonaws.com.")),
        Field("bucket", N_("Bucket"), required=True, place=True),
        Field("region", N_("Regio"), required=True, default="us-east-1",
              help=N_("Bij opslag die geen regio's kent: laat staan.")),
        Field("prefix", N_("Map"), help=N_("Leeg: wat bovenaan in de bucket staat. Mappen daarin leest Sluis niet.")),
        Field("key_id", N_("Toegangssleutel (access key)"), help=N_("Leeg: alleen wat openbaar is.")),
        Field("secret_key", N_("Geheime sleutel (secret key)"), Kind.SECRET),
        *filing.FIELDS,
    )  # fmt: skip

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        return super().faults(config, mode) + asking.no_address(config)

    def place(self, given: Given) -> str:
        return f"{given['bucket']}/{_folder(given)}"

    def listed(self, given: Given, into: Path) -> list[Found]:
        return _listed(given, into)

    def copied(self, given: Given, file: Found, target: Path) -> None:
        url = address(given["url"], f"{given['bucket']}/{_folder(given)}{file.name}")
        with _asked(given, url, given["max_mb"]) as reply, target.open("xb") as out:
            same = reply.headers.get("etag") == file.mark
            size = sum(out.write(chunk) for chunk in reply.chunks) if same else 0
        if not same or size != file.size:
            raise filing.still_writing(file.name)


def _listed(given: Given, into: Path, page_size: int = 1000) -> list[Found]:
    """Over all the pages of the list."""
    found, token, seen = list[Found](), "", set[str]()
    asked = {"list-type": "2", "prefix": _folder(given), "delimiter": "/", "max-keys": str(page_size)}
    while True:
        url = address(given["url"], given["bucket"], asked | ({"continuation-token": token} if token else {}))
        with _asked(given, url, _LIST_MB) as reply:
            page = understood("s3_list", b"".join(reply.chunks), into)
        found += [file for entry in page["files"] if (file := _found(given, entry))]
        token = page["token"]
        if not token:
            return found
        if token in seen or len(found) > filing.MOST_FILES:
            raise Invalid("source.list-again", N_("De opslag blijft steeds dezelfde lijst met bestanden geven."))
        seen.add(token)


def _found(given: Given, entry: Mapping[str, str]) -> Found | None:
    name = entry["Key"].removeprefix(_folder(given))
    size = whole_number(entry["Size"])
    if size is None or not filing.fits(name, given["pattern"]):
        return None
    return Found(name, milliseconds(entry["LastModified"]), size, entry["ETag"])


def _folder(given: Given) -> str:
    bare = given["prefix"].strip("/")
    return f"{bare}/" if bare else ""


@contextmanager
def _asked(given: Given, url: str, most_mb: int) -> Generator[egress.Stream]:
    headers = signed(url, given["region"], given["key_id"], given.secret("secret_key"))
    with egress.stream(
        url,
        purpose="source s3",
        max_bytes=most_mb * MB,
        timeout=SECONDS,
        headers=headers,
        policy=outside.policy(),
    ) as reply:
        if reply.status == 404 and "list-type" in urlsplit(url).query:  # a folder that is not there has an empty list
            raise _no_bucket(given)
        if reply.status != 200:
            raise refusal(reply)
        yield reply


def _no_bucket(given: Given) -> Refused:
    return Refused(
        "source.no-bucket",
        N_("Op {place} is geen bucket {bucket}."),
        way_out=N_("Controleer het webadres van de opslag en de naam van de bucket."),
        place=urlsplit(given["url"]).hostname or "",
        bucket=given["bucket"],
    )


CONNECTOR = S3()
