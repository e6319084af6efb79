"""What the outside sees, and nothing else. Written only when something is published or withdrawn.

No foreign key leads from here to register, lake or dossier: these rows stand on their own.
"""

from django.db import models

from sluis.release.types import Kind


class PublicDataset(models.Model):
    """`document` is the PublicRecord of the register's types: what the feeds serialise."""

    dataset_id = models.UUIDField(unique=True)
    organisation_id = models.UUIDField()
    id: int
    slug = models.CharField(max_length=100, unique=True)
    uri = models.CharField(max_length=300, unique=True)
    kind = models.CharField(max_length=12, choices=[(k, k) for k in Kind])
    title = models.CharField(max_length=500)
    title_en = models.CharField(max_length=500, blank=True)
    description = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    themes = models.JSONField(default=list)
    organisation = models.CharField(max_length=100)
    organisation_name = models.CharField(max_length=200)
    licence = models.CharField(max_length=300, blank=True)
    formats = models.JSONField(default=list)
    frequency = models.CharField(max_length=300, blank=True)
    issued_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    keywords = models.JSONField(default=list)
    spatial_label = models.CharField(max_length=300, blank=True)
    bbox = models.JSONField(null=True)
    ground = models.TextField(blank=True)
    planned_date = models.DateField(null=True)
    quality_stars = models.PositiveSmallIntegerField(default=0)
    quality_points = models.PositiveSmallIntegerField(default=0)
    release = models.PositiveIntegerField()
    rows = models.BigIntegerField(null=True)
    columns = models.PositiveIntegerField(null=True)
    document = models.JSONField()
    revision = models.BigIntegerField()  # where the audit chain stood: the search index follows this

    class Meta:
        indexes = [
            models.Index(fields=["revision"], name="public_revision"),
            models.Index(fields=["kind", "-changed_at", "id"], name="public_kind_newest"),
            models.Index(fields=["kind", "planned_date", "id"], name="public_planned"),
            models.Index(fields=["kind", "organisation", "title"], name="public_kind_organisation"),
            models.Index(fields=["slug", "kind", "changed_at"], name="public_sitemap"),
            models.Index(fields=["-changed_at"], name="public_newest"),
            models.Index(fields=["kind", "rows"], name="public_kind_rows"),
        ]

    def __str__(self) -> str:
        return self.slug


class PublicTheme(models.Model):
    dataset = models.ForeignKey(PublicDataset, on_delete=models.CASCADE, related_name="theme_rows")
    kind = models.CharField(max_length=12)
    uri = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["kind", "uri"], name="public_theme_count")]

    def __str__(self) -> str:
        return self.uri


class PublicGround(models.Model):
    """A ground, of the list of data.overheid.nl, on which something is restricted or closed."""

    dataset = models.ForeignKey(PublicDataset, on_delete=models.CASCADE, related_name="ground_rows")
    kind = models.CharField(max_length=12)
    uri = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["kind", "uri", "dataset"], name="public_ground_count")]

    def __str__(self) -> str:
        return self.uri


class PublicFeedPart(models.Model):
    """What the feed says about one dataset, ready in each form: see `register.dcat.ready`.

    It counts only while `version` is that of the mapping and `revision` that of the dataset.
    """

    dataset = models.OneToOneField(PublicDataset, on_delete=models.CASCADE, primary_key=True, related_name="feed_part")
    version = models.CharField(max_length=64)
    revision = models.BigIntegerField()
    members = models.JSONField()
    turtle = models.BinaryField()
    json_ld = models.BinaryField()
    rdf_xml = models.BinaryField()

    def __str__(self) -> str:
        return str(self.dataset)


class PublicContract(models.Model):
    """What is promised of an open dataset now, and how the release outside came out; see `release.contracts`."""

    dataset = models.OneToOneField(PublicDataset, on_delete=models.CASCADE, primary_key=True, related_name="contract")
    version = models.CharField(max_length=40)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    change = models.CharField(max_length=10)
    in_force_at = models.DateTimeField()
    columns = models.JSONField()
    rules = models.JSONField()
    outcomes = models.JSONField(default=list)
    verdict = models.CharField(max_length=9, blank=True)
    checked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.dataset} {self.version}"


class PublicContractVersion(models.Model):
    """One version of what is or was promised of an open dataset; see `release.news`.

    `change`: "first" when nothing stood before it. `dropped` and `added`: the promises that went and came. `ended_at`:
    when the next one took its place, or when nothing was promised any more.
    """

    dataset = models.ForeignKey(PublicDataset, on_delete=models.CASCADE, related_name="contract_versions")
    contract_id = models.UUIDField()
    version = models.CharField(max_length=40)
    change = models.CharField(max_length=10)
    in_force_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    dropped = models.JSONField()
    added = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "contract_id"], name="public_contract_version_once")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.version}"


class PublicReleaseRow(models.Model):
    """One release in the row of releases; `body` holds decision, metadata and columns as the outside sees them."""

    dataset = models.ForeignKey(PublicDataset, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=12)
    outcome = models.CharField(max_length=12)
    published_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    body = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="public_release_once")]

    def __str__(self) -> str:
        return f"{self.dataset}/{self.number}"


class PublicFile(models.Model):
    dataset = models.ForeignKey(PublicDataset, on_delete=models.CASCADE, related_name="files")
    release = models.PositiveIntegerField()
    format = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "release", "format"], name="public_file_once")]

    def __str__(self) -> str:
        return self.name


class PublicTable(models.Model):
    """The rows of one release: which blob, what the columns mean, and where they come from (see `lake.provenance`)."""

    dataset = models.ForeignKey(PublicDataset, on_delete=models.CASCADE, related_name="tables")
    release = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    rows = models.BigIntegerField()
    columns = models.JSONField()
    geometry = models.JSONField(null=True)
    provenance = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "release"], name="public_table_once")]

    def __str__(self) -> str:
        return f"{self.dataset}/{self.release}"


class PublicDifference(models.Model):
    """What differs between two files that stood outside as releases; see `release.comparing`.

    `result`: counts, how rows were held together, changes of columns, and the columns of the file with the rows.
    """

    dataset_id = models.UUIDField(db_index=True)
    old_sha256 = models.CharField(max_length=64)
    new_sha256 = models.CharField(max_length=64)
    result = models.JSONField()
    file_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["old_sha256", "new_sha256", "dataset_id"], name="public_difference_once")
        ]

    def __str__(self) -> str:
        return f"{self.old_sha256[:8]} → {self.new_sha256[:8]}"


class PublicQuery(models.Model):
    """A question in SQL that stands outside, as it was when it was published; `id` is that of the kept question."""

    id = models.UUIDField(primary_key=True)
    organisation_id = models.UUIDField()
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    sql = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-published_at", "id"], name="public_query_newest")]

    def __str__(self) -> str:
        return self.title
