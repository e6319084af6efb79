"""Addresses for programs. Everything here is open to all: see `answering.open_to_all`."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from sluis.api import push, site
from sluis.api.answering import open_to_all, unknown
from sluis.api.dcat import feed, identifiers
from sluis.api.iceberg import catalogue, files
from sluis.api.v1.app import VERSION
from sluis.api.v1.routes import patterns

iceberg = [
    path("config", open_to_all(catalogue.config), name="config"),
    path("namespaces", open_to_all(catalogue.namespaces), name="namespaces"),
    path("namespaces/<str:name>", open_to_all(catalogue.namespace), name="namespace"),
    path("namespaces/<str:name>/tables", open_to_all(catalogue.tables), name="tables"),
    path("namespaces/<str:name>/tables/<str:table>", open_to_all(catalogue.table), name="table"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include((patterns(), "api"))),
    path("api/push/<uuid:source_id>", push.deliver, name="push"),
    path("api/iceberg/v1/", include((iceberg, "iceberg"))),
    re_path(r"^api(/.*)?$", open_to_all(unknown, version=VERSION), name="api-unknown"),
    path("catalog", open_to_all(feed.catalog), name="catalog"),
    path("catalog.<slug:extension>", open_to_all(feed.catalog), name="catalog-form"),
    path("catalog-context.jsonld", open_to_all(feed.catalog_context), name="catalog-context"),
    path("id/catalog", open_to_all(identifiers.catalog), name="id-catalog"),
    path("id/organisation", open_to_all(identifiers.organisation), name="id-publisher"),
    path("id/organisation/<slug:slug>", open_to_all(identifiers.organisation), name="id-organisation"),
    path("id/dataset/<slug:slug>", open_to_all(identifiers.dataset), name="id-dataset"),
    path("id/dataset/<slug:slug>/releases/<int:number>", open_to_all(identifiers.release), name="id-release"),
    path("doc/dataset/<slug:slug>", open_to_all(identifiers.dataset_document), name="doc-dataset"),
    path(
        "doc/dataset/<slug:slug>.<slug:extension>", open_to_all(identifiers.dataset_document), name="doc-dataset-form"
    ),
    path("open-lake", open_to_all(files.bucket), name="lake"),
    path("open-lake/", open_to_all(files.bucket), name="lake-bucket"),
    path("open-lake/<slug:slug>/metadata/<str:name>", open_to_all(files.metadata), name="lake-metadata"),
    path("open-lake/<slug:slug>/<int:number>/<str:name>", open_to_all(files.data, metered=False), name="lake-data"),
    path("sitemap.xml", open_to_all(site.sitemap_index), name="sitemap"),
    path("sitemap-<int:number>.xml", open_to_all(site.sitemap), name="sitemap-page"),
    path("robots.txt", open_to_all(site.robots), name="robots"),
    path(".well-known/security.txt", open_to_all(site.security), name="security-txt"),
]
