"""Everybody may come to all of these: what may not be seen is not in what these pages read."""

_PAGES = (
    "home", "search", "search-twin", "dataset", "dataset-twin", "dataset-api", "decision", "feedback", "table",
    "table-twin", "table-excel", "row", "versions", "version", "version-changes", "not-open", "not-open-twin",
    "planned", "planned-twin",
    "withdrawn", "feedback-status", "about", "accessibility", "privacy", "process", "security", "developers", "problem",
    "policy", "policy-twin", "policy-rule", "policy-version", "policy-file", "policy-moved",
    "requests", "request-new", "request", "request-clarify",
    "sql", "sql-progress", "sql-stop", "sql-words", "sql-saved", "sql-opened",
    "contract-file", "changes-feed", "follow", "follow-confirm", "follow-stop",
)  # fmt: skip

ROUTES = {f"portal:{name}": "public" for name in _PAGES}
