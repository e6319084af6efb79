"""The door of data requests, and of following a dataset by mail.

For visitors
  ask(*, organisation_slug, topic, question, email, purpose, name, language, trap, ip) -> number   TooMany, Invalid
  question_for(*, number, token) -> str; clarify(*, number, token, text)          NotFound, Gone, Invalid
  public_request(*, number) -> PublicRequest                                      NotFound
  answered(*, page=1, size=25) -> PublicPage                                      the newest answer first
  bodies() -> tuple[Body, ...]                                                    who can be asked
  ask_to_follow(*, slug, email, language, trap, ip)      Invalid, TooMany, Conflict, Unavailable, NotFound, Gone
  asked_to_follow(*, token) -> Followed; follow(*, token) -> Followed             NotFound, Gone
  followed(*, token) -> PublicDatasetRecord | None; unfollow(*, token)            NotFound

For staff
  data_request(*, by, request_id) -> RequestRecord                                NotFound
  followers(*, slug) -> int                                                       how many hear by mail
  request_id_of(subject) -> UUID | None                                           of an instance's subject

Events: request.received, request.answered. Handling itself is the process `dataverzoek`; see `handlers`.
"""

from typing import TYPE_CHECKING

from sluis.kernel.later import door

if TYPE_CHECKING:
    from sluis.requests.following import ask_to_follow, asked_to_follow, follow, followed, unfollow
    from sluis.requests.operations import ask, clarify, question_for
    from sluis.requests.policy import id_of as request_id_of
    from sluis.requests.queries import answered, bodies, data_request, followers, public_request
else:
    __getattr__ = door(__name__)

__all__ = [
    "answered",
    "ask",
    "ask_to_follow",
    "asked_to_follow",
    "bodies",
    "clarify",
    "data_request",
    "follow",
    "followed",
    "followers",
    "public_request",
    "question_for",
    "request_id_of",
    "unfollow",
]
