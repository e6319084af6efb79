"""All addresses. Each room of pages brings its own list and its own access rows (see `conf/access.py`)."""

from importlib.util import find_spec

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from sluis.conf import health, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
_pages: list[URLPattern | URLResolver] = [path("", include("sluis.web.urls"))]
if find_spec("sluis.api"):
    urlpatterns += [path("", include("sluis.api.urls"))]
if find_spec("sluis.desk"):
    urlpatterns += [path("", include("sluis.desk.upload_urls"))]
    _pages += [path("desk/", include("sluis.desk.urls")), path("", include("sluis.desk.sign_in_urls"))]
if find_spec("sluis.portal"):
    _pages += [path("", include("sluis.portal.urls"))]

# Dutch has no prefix, English stands under /en/.
urlpatterns += i18n_patterns(*_pages, prefix_default_language=False)

handler400 = "sluis.web.problem.bad_request"
handler403 = "sluis.web.problem.forbidden"
handler404 = "sluis.web.problem.not_found"
handler500 = "sluis.web.problem.server_error"
