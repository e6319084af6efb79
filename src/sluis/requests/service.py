"""The door of data requests.

For visitors
  ask(*, organisation_slug, topic, question, email, purpose, name, language, trap, ip) -> number   TooMany, Invalid
  question_for(*, number, token) -> str; clarify(*, number, token, text)          NotFound, Gone, Invalid
  public_request(*, number) -> PublicRequest                                      NotFound
  answered(*, page=1, size=25) -> PublicPage                                      the newest answer first
  bodies() -> tuple[Body, ...]                                                    who can be asked

For staff
  data_request(*, by, request_id) -> RequestRecord                                NotFound
  request_id_of(subject) -> UUID | None                                           of an instance's subject

Events: request.received, request.answered. Handling itself is the process `dataverzoek`; see `handlers`.
"""

from sluis.requests.operations import ask, clarify, question_for
from sluis.requests.policy import id_of as request_id_of
from sluis.requests.queries import answered, bodies, data_request, public_request

__all__ = [
    "answered",
    "ask",
    "bodies",
    "clarify",
    "data_request",
    "public_request",
    "question_for",
    "request_id_of",
]
