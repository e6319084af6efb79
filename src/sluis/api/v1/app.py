"""The API itself: its name, its texts, and how its operations are added."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, get_args

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from pydantic.alias_generators import to_camel

from sluis.api.v1.addresses import BASE
from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_

VERSION = "1.0.0"
DESCRIPTION = """\
Open data: find datasets, see who decided what, and get the rows.

**Start here**

    GET /api/v1/datasets?q=zwemwater
    GET /api/v1/datasets/zwemwater/rows?plaats=Gorinchem&sort=-datum&limit=50
    GET /api/v1/datasets/zwemwater/rows?format=csv
    GET /api/v1/datasets/zwemwater/download/parquet

No key is needed. Answers are in Dutch or English (`Accept-Language`). Errors are problem documents (RFC 9457) that
say what is wrong and what to do. A dataset that was withdrawn answers 410 with the reason. Files of a numbered release
never change: they may be cached for ever, and take `Range` and `If-None-Match`. How much one address may ask per second
is limited, and long answers to three at a time; over that comes 429 with `Retry-After`.
"""
TAGS = [
    {"name": "datasets", "description": "Find datasets and read what they are."},
    {"name": "rows", "description": "Filter, sort and read the rows of a table."},
    {"name": "files", "description": "Whole files, for tools and for keeping."},
    {"name": "register", "description": "What is not open and why, what is planned, who and what about."},
    {"name": "about", "description": "The API itself."},
]

api = NinjaAPI(
    title="Sluis",
    version=VERSION,
    description=DESCRIPTION,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    openapi_extra={"tags": TAGS},
)


def read(
    path: str, *, tag: str, response: Any = None, any_key: bool = False, **extra: Any
) -> Callable[[Callable[..., Any]], Any]:
    """Add an operation that only reads; HEAD goes where GET goes. Its name is its operationId.

    Query keys that are not in the shape of its `query` are refused, unless `any_key`: then it judges them itself.
    """

    def add(operation: Callable[..., Any]) -> Callable[..., Any]:
        words = [word.capitalize() for word in operation.__name__.split("_")]
        options: dict[str, Any] = {
            "tags": [tag],
            "operation_id": words[0].lower() + "".join(words[1:]),
            "summary": (operation.__doc__ or "").partition("\n")[0],
            "description": extra.pop("description", None),
            "by_alias": True,
            "openapi_extra": extra,
        }
        if response is not None:
            options["response"] = response
        if not any_key:
            _known_keys[operation.__name__] = _keys_of(operation)
        return api.api_operation(["GET", "HEAD"], path, **options)(_strict(operation))

    return add


_known_keys: dict[str, frozenset[str]] = {}


def _keys_of(operation: Callable[..., Any]) -> frozenset[str]:
    shape, *_ = get_args(operation.__annotations__.get("query")) or (None,)
    return frozenset(to_camel(name) for name in shape.model_fields) if shape else frozenset()


def _strict(operation: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(operation)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if faults := strangers(request):
            raise wrong_query(faults)
        return operation(request, *args, **kwargs)

    return asked


def strangers(request: HttpRequest) -> list[Fault]:
    """Query keys that this operation does not know: a typing error is not silently obeyed."""
    match = request.resolver_match
    known = _known_keys.get((match and match.url_name) or "")
    unknown = [] if known is None else sorted(set(request.GET) - known)
    return [Fault(N_("Deze parameter bestaat hier niet."), field=key[:100]) for key in unknown]


def wrong_query(faults: Sequence[Fault]) -> Invalid:
    return Invalid(
        "query.invalid",
        N_("De parameters van deze vraag kloppen niet."),
        way_out=N_("Verbeter de genoemde parameters."),
        faults=faults,
    )


def server() -> str:
    return settings.SLUIS.url + BASE


_TEXTS = {
    "int_parsing": N_("Geef een geheel getal."),
    "int_type": N_("Geef een geheel getal."),
    "greater_than_equal": N_("Dit getal is te klein; het is minstens {ge}."),
    "less_than_equal": N_("Dit getal is te groot; het is hooguit {le}."),
    "literal_error": N_("Kies uit: {expected}."),
    "string_too_long": N_("Deze tekst is te lang; hooguit {max_length} tekens."),
    "too_long": N_("Dit zijn te veel waarden; hooguit {max_length}."),
}


@api.exception_handler(ValidationError)
def wrong_parameters(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """All faults at once, each with the name of its parameter."""
    raise wrong_query([*map(_fault, error.errors), *strangers(request)])


@api.exception_handler(Exception)
def unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    raise error


def _fault(error: dict[str, Any]) -> Fault:
    names = [str(part) for part in error["loc"] if not isinstance(part, int)]
    text = _TEXTS.get(error["type"], N_("Deze waarde klopt niet."))
    return Fault(text, field=names[-1][:100], params=error.get("ctx") or {})
