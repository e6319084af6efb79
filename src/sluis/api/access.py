"""Who may come to the addresses for programs: everybody. Nothing here is a draft, and only `push` writes: it asks for a
key itself."""

_OPERATIONS = (
    "root", "list_datasets", "read_dataset", "read_decision", "read_contract", "list_releases", "read_release",
    "list_columns", "list_rows", "list_groups", "read_row", "download_release_file", "download_current_file",
    "read_provenance", "list_changes", "list_organisations", "list_themes", "list_not_open", "list_planned",
    "list_withdrawn", "read_openapi", "ask_sql",
)  # fmt: skip
_OTHERS = (
    "api-unknown", "push", "catalog", "catalog-form", "catalog-context", "id-catalog", "id-publisher",
    "id-organisation", "id-dataset", "id-release", "doc-dataset", "doc-dataset-form", "sitemap", "sitemap-page",
    "robots", "security-txt", "lake", "lake-bucket", "lake-metadata", "lake-data",
    "iceberg:config", "iceberg:namespaces", "iceberg:namespace", "iceberg:tables", "iceberg:table",
)  # fmt: skip

ROUTES = {f"api:{name}": "public" for name in _OPERATIONS} | dict.fromkeys(_OTHERS, "public")
