"""Uploads in pieces: the statuses that tus 1.0 names, bound to their owner, and going on after a cut."""

import base64
import hashlib

import pytest
from django.test import Client

from sluis.foundation.service import blobs
from sluis.lake.models import TableVersion, Upload
from sluis.register.models import Dataset

pytestmark = pytest.mark.django_db
TUS = {"Tus-Resumable": "1.0.0"}
UPLOADS = "/desk/uploads"
BODY = b"naam;aantal\nDijk;1\nKade;2\n" * 100


def told(**values):
    return ",".join(f"{name} {base64.b64encode(str(value).encode()).decode()}" for name, value in values.items())


def start(who, dataset, length=0, name="straten.csv"):
    length = length or len(BODY)
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": told(filename=name, dataset=dataset.id)}
    return who.client.post(UPLOADS, headers=headers)


def send(client, url, data, offset=0, **headers):
    return client.patch(
        url,
        data,
        content_type="application/offset+octet-stream",
        headers={**TUS, "Upload-Offset": str(offset), **headers},
    )


@pytest.fixture
def place(steward, dataset):
    answer = start(steward, dataset)
    assert answer.status_code == 201
    return answer["Location"]


def test_options_says_what_we_speak(steward):
    answer = steward.client.options(UPLOADS)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert set(answer["Tus-Extension"].split(",")) == {"creation", "termination", "expiration", "checksum"}
    assert int(answer["Tus-Max-Size"]) == 20 * 1024**3
    assert "sha256" in answer["Tus-Checksum-Algorithm"]


def test_a_whole_upload_becomes_a_queued_table(steward, dataset, place):
    done = send(steward.client, place, BODY)
    assert (done.status_code, done["Upload-Offset"], done["Tus-Resumable"]) == (204, str(len(BODY)), "1.0.0")
    number = place.rsplit("/", 1)[-1]
    answer = steward.client.post(f"/desk/datasets/{dataset.id}/data/nieuw", {"upload": number})
    assert answer.status_code == 302
    version = TableVersion.objects.get(dataset_id=dataset.id)
    assert answer["Location"] == f"/desk/tabellen/{version.id}"
    assert blobs.path(version.source_sha256).read_bytes() == BODY


def test_it_goes_on_where_a_cut_left_it(steward, place):
    send(steward.client, place, BODY[:1000])
    head = steward.client.head(place, headers=TUS)
    assert (head.status_code, head["Upload-Offset"], head["Upload-Length"]) == (200, "1000", str(len(BODY)))
    assert "no-store" in head["Cache-Control"]
    assert head["Upload-Expires"].endswith("GMT")
    assert send(steward.client, place, BODY[1000:], offset=1000)["Upload-Offset"] == str(len(BODY))


def test_another_offset_is_a_conflict_and_changes_nothing(steward, place):
    send(steward.client, place, BODY[:10])
    assert send(steward.client, place, BODY, offset=0).status_code == 409
    assert send(steward.client, place, BODY, offset=99).status_code == 409
    assert steward.client.head(place, headers=TUS)["Upload-Offset"] == "10"


def test_another_version_of_tus_is_refused(steward, dataset, place):
    assert steward.client.post(UPLOADS, headers={"Tus-Resumable": "0.2.2"}).status_code == 412
    answer = steward.client.head(place)
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")


def test_another_content_type_is_refused(steward, place):
    answer = steward.client.patch(place, b"x", content_type="text/plain", headers={**TUS, "Upload-Offset": "0"})
    assert answer.status_code == 415


def test_more_than_announced_is_refused(steward, dataset):
    place = start(steward, dataset, length=5)["Location"]
    assert send(steward.client, place, b"123456").status_code == 413


def test_larger_than_we_take_is_refused_before_a_byte_is_sent(steward, dataset):
    assert start(steward, dataset, length=20 * 1024**3 + 1).status_code == 413
    assert start(steward, dataset, length=10 * 1024**3).status_code == 201


def test_when_the_room_is_taken_the_answer_is_507_and_no_dataset_is_left(steward, dataset, merwede):
    for _ in range(5):
        assert start(steward, dataset, length=19 * 1024**3).status_code == 201
    assert start(steward, dataset, length=19 * 1024**3).status_code == 507
    before = Dataset.objects.count()
    headers = {
        **TUS,
        "Upload-Length": str(19 * 1024**3),
        "Upload-Metadata": told(filename="groot.csv", organisation=merwede.id),
    }
    assert steward.client.post(UPLOADS, headers=headers).status_code == 507
    assert Dataset.objects.count() == before


def test_a_checksum_that_fits_is_taken_and_one_that_does_not_is_460(steward, place):
    good = base64.b64encode(hashlib.sha256(BODY[:50]).digest()).decode()
    assert send(steward.client, place, BODY[50:100], **{"Upload-Checksum": f"sha256 {good}"}).status_code == 460
    assert steward.client.head(place, headers=TUS)["Upload-Offset"] == "0"
    assert send(steward.client, place, BODY[:50], **{"Upload-Checksum": f"sha256 {good}"}).status_code == 204
    assert send(steward.client, place, b"x", offset=50, **{"Upload-Checksum": "crc32 AAAA"}).status_code == 400


def test_while_another_connection_writes_it_is_locked(steward, place):
    from datetime import timedelta

    from sluis.kernel import clock

    Upload.objects.update(lease_until=clock.now() + timedelta(minutes=1))
    assert send(steward.client, place, BODY).status_code == 423


def test_a_cancelled_upload_is_gone(steward, place):
    assert steward.client.delete(place, headers=TUS).status_code == 204
    assert steward.client.head(place, headers=TUS).status_code == 404


def test_somebody_else_sees_no_upload_at_all(steward, merwede, person, stranger, place):
    colleague = person(merwede, "data_steward", email="collega@merwede.example")
    for other in (colleague, stranger):
        assert other.client.head(place, headers=TUS).status_code == 404
        assert send(other.client, place, b"x").status_code == 404
        assert other.client.delete(place, headers=TUS).status_code == 404
    assert Client().head(place, headers=TUS).status_code == 401


def test_no_upload_for_a_dataset_of_others(stranger, dataset):
    assert start(stranger, dataset).status_code == 404


def test_a_reader_may_not_upload(merwede, person, dataset):
    assert start(person(merwede, "viewer"), dataset).status_code == 403


def test_the_token_travels_in_a_header(steward, dataset):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(steward.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    headers = {**TUS, "Upload-Length": "5", "Upload-Metadata": told(filename="a.csv", dataset=dataset.id)}
    assert strict.post(UPLOADS, headers=headers).status_code == 403
    page = strict.get(f"/desk/datasets/{dataset.id}/data/nieuw").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert strict.post(UPLOADS, headers={**headers, "X-CSRFToken": token}).status_code == 201


def test_a_file_alone_makes_its_dataset(steward, merwede):
    headers = {
        **TUS,
        "Upload-Length": "5",
        "Upload-Metadata": told(filename="lege_panden-2026.csv", organisation=merwede.id),
    }
    assert steward.client.post(UPLOADS, headers=headers).status_code == 201
    assert Dataset.objects.get().title == "Lege panden 2026"


@pytest.mark.parametrize("header", ["filename !!!", "filename gaat-niet", "dataset bmVl"])
def test_unreadable_metadata_is_a_wrong_request(steward, header):
    answer = steward.client.post(UPLOADS, headers={**TUS, "Upload-Length": "5", "Upload-Metadata": header})
    assert answer.status_code == 400


def test_other_methods_are_named(steward, place):
    assert steward.client.get(UPLOADS).status_code == 405
    assert steward.client.put(place).status_code == 405


def test_the_language_of_the_browser_does_not_move_the_address(steward, dataset):
    headers = {**TUS, "Upload-Length": "5", "Upload-Metadata": told(filename="a.csv", dataset=dataset.id)}
    answer = steward.client.post(UPLOADS, headers={**headers, "Accept": "*/*", "Accept-Language": "en-US"})
    assert (answer.status_code, answer["Location"][: len(UPLOADS)]) == (201, UPLOADS)
