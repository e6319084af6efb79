"""The only way out to the network: public addresses over http(s), checked, pinned, capped in size and time."""

from sluis.foundation.egress.client import Reply, Stream, get, post, stream
from sluis.foundation.egress.outcome import EgressRefused, RemoteFailed, RemoteNameless, RemoteTooBig, RemoteTooSlow
from sluis.foundation.egress.targets import EgressPolicy, Target, pinned

__all__ = [
    "EgressPolicy",
    "EgressRefused",
    "RemoteFailed",
    "RemoteNameless",
    "RemoteTooBig",
    "RemoteTooSlow",
    "Reply",
    "Stream",
    "Target",
    "get",
    "pinned",
    "post",
    "stream",
]
