"""Files in a bucket of an S3 service: Amazon's own, or MinIO, Ceph, SeaweedFS and the like."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sluis.foundation import egress
from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors import asking, filing, outside
from sluis.lake.connectors.base import UNCHANGED, Connector, Fetched, Field, Given, Kind, Tell, Unchanged
from sluis.lake.connectors.filing import Found
from sluis.lake.connectors.paging import SECONDS, whole_number
from sluis.lake.connectors.replies import milliseconds, refusal
from sluis.lake.connectors.s3.signing import address, signed
from sluis.lake.connectors.unpacking import MB, unpacked
from sluis.lake.connectors.work import work_folder
from sluis.lake.connectors.xml import understood

_LIST_MB = 20


class S3(Connector):
    name = "s3"
    title = N_("Bestanden in S3-opslag")
    about = N_("Leest bestanden uit een bucket: van Amazon S3 of van een dienst die hetzelfde spreekt.")
    modes = ("replace", "append", "upsert")
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
        return filing.faults(config, mode) + [f for f in asking.faults(config) if f.field == "url"]

    def check(self, given: Given, tell: Tell) -> None:
        with work_folder() as into:
            found = _listed(given, into)
        with _asked(given, address(given["url"], _key(given, found[-1])), given["max_mb"]) as reply:
            next(reply.chunks, b"")
        tell(N_("Passende bestanden: {count}. Het nieuwste is {file}."), count=len(found), file=found[-1].name)

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        choice = filing.chosen(_listed(given, into), given.config, state)
        if choice is None:
            return UNCHANGED
        file, path = choice.file, into / "download"
        url = address(given["url"], _key(given, file))
        with _asked(given, url, given["max_mb"]) as reply, path.open("xb") as out:
            if reply.headers.get("etag") != file.mark:
                raise filing.still_writing(file.name)
            size = sum(out.write(chunk) for chunk in reply.chunks)
        if size != file.size:
            raise filing.still_writing(file.name)
        tell(N_("{file} gelezen: {size} bytes."), file=file.name, size=size)
        path, filename = unpacked(path, file.name, given["max_mb"])
        return Fetched(path, filename, choice.after, more=choice.more)


def _listed(given: Given, into: Path, page_size: int = 1000) -> list[Found]:
    """Files right in the folder that fit, oldest first; raises Invalid when there are none."""
    found, token, seen = list[Found](), "", set[str]()
    asked = {"list-type": "2", "prefix": _folder(given), "delimiter": "/", "max-keys": str(page_size)}
    while True:
        url = address(given["url"], given["bucket"], asked | ({"continuation-token": token} if token else {}))
        with _asked(given, url, _LIST_MB) as reply:
            page = understood("s3_list", b"".join(reply.chunks), into)
        found += [file for entry in page["files"] if (file := _found(given, entry))]
        token = page["token"]
        if not token:
            return filing.sorted_files(found, f"{given['bucket']}/{_folder(given)}", given["pattern"])
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


def _key(given: Given, file: Found) -> str:
    return f"{given['bucket']}/{_folder(given)}{file.name}"


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
        if reply.status != 200:
            raise refusal(reply)
        yield reply


CONNECTOR = S3()
