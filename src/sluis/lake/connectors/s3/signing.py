"""Requests to S3 that are signed (AWS Signature Version 4), so that they can go out through our own client.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote, urlencode, urlsplit

from sluis.kernel import clock

_STANDARD = {"http": 80, "https": 443}


def address(endpoint: str, path: str, asked: Mapping[str, str] | None = None) -> str:
    """The address of a thing at the endpoint, written in the one way that a signature allows."""
    query = urlencode(sorted((asked or {}).items()), quote_via=quote, safe="~-._")
    return f"{endpoint.rstrip('/')}/{quote(path, safe='/~-._')}{'?' if query else ''}{query}"


def signed(url: str, region: str, key_id: str, secret: str, method: str = "GET", body: bytes = b"") -> dict[str, str]:
    """The headers of a request; none without a key, for what is public."""
    if not key_id:
        return {}
    moment = clock.now().strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    parts = urlsplit(url)
    plain = parts.port in (None, _STANDARD[parts.scheme])
    host = (parts.hostname or "") if plain else f"{parts.hostname}:{parts.port}"
    content = sha256(body).hexdigest()
    headers = {"host": host, "x-amz-content-sha256": content, "x-amz-date": moment}
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = "\n".join((method, parts.path or "/", parts.query, lines, names, content))
    to_sign = "\n".join(("AWS4-HMAC-SHA256", moment, scope, sha256(request.encode()).hexdigest()))
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    about = f"Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    del headers["host"]  # the client writes it, the same
    return headers | {"Authorization": f"AWS4-HMAC-SHA256 {about}"}
