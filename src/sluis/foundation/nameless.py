"""Whether a host is not there because its name does not exist.

That is what the DNS answers, and not that the DNS itself is away: then nobody knows, and it passes.
"""

import socket

_UNKNOWN = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def is_nameless(error: BaseException) -> bool:
    """Whether a connection failed for that."""
    return isinstance(error, socket.gaierror) and error.errno in _UNKNOWN


def does_not_exist(host: str) -> bool:
    """Asks the DNS."""
    try:
        socket.getaddrinfo(host, None)
    except OSError as error:
        return is_nameless(error)
    return False
