"""Shapes of what the outside may see: plain dictionaries, as the release room stores and the feeds read them."""

from typing import Any, NotRequired, TypedDict


class PublicFile(TypedDict):
    """A file of a release. `size` in bytes; `media_type` as 'text/csv'; `format` an EU file-type code such as CSV."""

    name: str
    url: str
    format: str
    media_type: str
    size: int
    sha256: str
    distribution_id: NotRequired[str]
    access_url: NotRequired[str]
    title: NotRequired[str]
    modified: NotRequired[str]


class PublicRelease(TypedDict):
    """One release in the row of releases. `status`: current, superseded or withdrawn. Moments are ISO 8601.

    `coming`: formats of files that are still being made. `because`: why it could go out under an earlier decision.
    """

    number: int
    uri: str
    published_at: str
    status: str
    notes: NotRequired[str]
    reason: NotRequired[str]
    because: NotRequired[str]
    files: NotRequired[list[PublicFile]]
    coming: NotRequired[list[str]]


class PublicStep(TypedDict):
    """A step of the dossier: its element in the process, or `decided`; by which role, never by whom; when."""

    name: str
    title: NotRequired[str]
    title_en: NotRequired[str]
    role: str
    at: str


class PublicCheck(TypedDict):
    """How a check ended (passed, attention, failed, error, not_applicable); its findings stay with staff."""

    name: str
    title: str
    verdict: str


class PublicRule(TypedDict):
    """What a policy said: numbers of the matched rules per decision table, in the version with this SHA-256."""

    element: str
    title: str
    title_en: str
    policy: str
    decision: str
    matched: dict[str, list[int]]
    outcome: str
    ground: str
    reason: str


class PublicVersion(TypedDict):
    """The version of a process or policy that was followed."""

    key: str
    number: int
    sha256: str


class PublicDecision(TypedDict):
    """The decision that let this version out (or kept it in). `outcome`: open, restricted or closed."""

    outcome: str
    decided_at: str
    role: str
    ground: NotRequired[str]
    motivation: NotRequired[str]
    sha256: NotRequired[str]
    uri: NotRequired[str]
    steps: NotRequired[list[PublicStep]]
    checks: NotRequired[list[PublicCheck]]
    rules: NotRequired[list[PublicRule]]
    process: NotRequired[PublicVersion]
    policies: NotRequired[list[PublicVersion]]


class PublicNotice(TypedDict):
    """What visitors should know of what stands outside: a correction (Woo 2.4(5)), or the day on which it goes."""

    correction: NotRequired[str]
    corrected_at: NotRequired[str]
    ends_on: NotRequired[str]


class PublicWithdrawal(TypedDict):
    withdrawn_at: str
    reason: str


class PublicApi(TypedDict):
    """Sluis' own row service for a dataset with a table."""

    endpoint_url: str
    description_url: str
    documentation_url: str


class PublicRecord(TypedDict):
    """The public document of one dataset: what the portal, the feeds and the search index read.

    `metadata` is exactly what `service.snapshot(dataset_id)` gave when it was decided.
    """

    uri: str  # https://…/id/dataset/<slug>, never changes
    page: str  # the page for people
    document: str  # the page about the metadata: /doc/dataset/<slug>
    slug: str
    status: str  # published | withdrawn
    issued_at: str
    changed_at: str
    metadata: dict[str, Any]
    availability: NotRequired[str]  # in_onderzoek | gepland | beschikbaar | niet_beschikbaar
    release: NotRequired[PublicRelease | None]
    releases: NotRequired[list[PublicRelease]]
    decision: NotRequired[PublicDecision | None]
    withdrawal: NotRequired[PublicWithdrawal | None]
    notice: NotRequired[PublicNotice]
    api: NotRequired[PublicApi | None]


class PublicCatalogue(TypedDict):
    """The catalogue that holds the datasets: who publishes it and where it stands."""

    uri: str
    title: str
    title_en: str
    description: str
    description_en: str
    homepage: str
    publisher_name: str
    publisher_name_en: NotRequired[str]
    publisher_uri: str
    contact_name: str
    contact_email: NotRequired[str]
    contact_page: NotRequired[str]
    issued_at: NotRequired[str]
    changed_at: str
    licence: NotRequired[str]


class PublicPaging(TypedDict):
    """One page of a feed (Hydra). `next` and `previous` are '' at the ends."""

    page: str
    first: str
    last: str
    next: str
    previous: str
    total: int
    size: int
