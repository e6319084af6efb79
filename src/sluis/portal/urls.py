"""Public addresses: neutral English words, in Dutch without a prefix and in English under /en/."""

from django.urls import path, register_converter

from sluis.portal.views import (
    dataset,
    developers,
    feed,
    feedback,
    following,
    home,
    lists,
    pages,
    policy,
    requests,
    search,
    sql,
    table,
    versions,
)

app_name = "portal"


class Twin:
    """The form of a page for programs."""

    regex = "json|csv"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Place(Twin):
    """Where a process or a decision table stands."""

    regex = "processen|tabellen"


class RuleForm(Twin):
    """A version as its own file, or for programs."""

    regex = "bpmn|dmn|json"


register_converter(Twin, "twin")
register_converter(Place, "place")
register_converter(RuleForm, "ruleform")

urlpatterns = [
    path("", home.home, name="home"),
    path("datasets", search.search, name="search"),
    path("datasets.<twin:form>", search.search_twin, name="search-twin"),
    path("datasets/<slug:slug>", dataset.overview, name="dataset"),
    path("datasets/<slug:slug>.json", dataset.twin, name="dataset-twin"),
    path("datasets/<slug:slug>/api", dataset.interface, name="dataset-api"),
    path("datasets/<slug:slug>/contract.odcs.yaml", dataset.contract_file, name="contract-file"),
    path("datasets/<slug:slug>/changes.atom", feed.changes, name="changes-feed"),
    path("datasets/<slug:slug>/decision", versions.decision, name="decision"),
    path("datasets/<slug:slug>/feedback", feedback.give, name="feedback"),
    path("datasets/<slug:slug>/follow", following.ask, name="follow"),
    path("datasets/<slug:slug>/table", table.explore, name="table"),
    path("datasets/<slug:slug>/table.<twin:form>", table.twin, name="table-twin"),
    path("datasets/<slug:slug>/table-excel.csv", table.excel, name="table-excel"),
    path("datasets/<slug:slug>/table/<int:number>", table.single, name="row"),
    path("datasets/<slug:slug>/versions", versions.versions, name="versions"),
    path("datasets/<slug:slug>/versions/<int:number>", versions.version, name="version"),
    path("datasets/<slug:slug>/versions/<int:number>/changes", versions.changed, name="version-changes"),
    path("follow/<str:token>", following.confirm, name="follow-confirm"),
    path("follow/stop/<str:token>", following.stop, name="follow-stop"),
    path("not-open", lists.not_open, name="not-open"),
    path("not-open.<twin:form>", lists.not_open_twin, name="not-open-twin"),
    path("planned", lists.planned, name="planned"),
    path("planned.<twin:form>", lists.planned_twin, name="planned-twin"),
    path("withdrawn", lists.withdrawn, name="withdrawn"),
    path("feedback/<str:number>", feedback.status, name="feedback-status"),
    path("sql", sql.ask, name="sql"),
    path("sql/progress", sql.progress, name="sql-progress"),
    path("sql/stop", sql.stop, name="sql-stop"),
    path("sql/words", sql.words, name="sql-words"),
    path("sql/saved", sql.saved, name="sql-saved"),
    path("sql/<uuid:query_id>", sql.opened, name="sql-opened"),
    path("verzoeken", requests.listed, name="requests"),
    path("verzoeken/nieuw", requests.ask, name="request-new"),
    path("verzoeken/<str:number>", requests.one, name="request"),
    path("verzoeken/<str:number>/uitleg/<str:token>", requests.clarify, name="request-clarify"),
    path("about", pages.about, name="about"),
    path("accessibility", pages.accessibility, name="accessibility"),
    path("privacy", pages.privacy, name="privacy"),
    path("process", pages.process, name="process"),
    path("security", pages.security, name="security"),
    path("developers", developers.developers, name="developers"),
    path("beleid", policy.overview, name="policy"),
    path("beleid.json", policy.overview_twin, name="policy-twin"),
    path("beleid/<place:place>/<slug:key>", policy.rule, name="policy-rule"),
    path("beleid/<place:place>/<slug:key>/<int:number>", policy.version, name="policy-version"),
    path("beleid/<place:place>/<slug:key>/<int:number>.<ruleform:form>", policy.file, name="policy-file"),
    path("policy", policy.moved, name="policy-moved"),
    path("problemen/<str:code>", pages.problem, name="problem"),
]
