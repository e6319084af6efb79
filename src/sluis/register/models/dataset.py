"""A dataset with its distributions and services.

Columns hold what lists filter and sort on; `details` holds the rest as the fields in `register.fields` say (checked
before it is written). `version` is the optimistic lock of the whole aggregate.
"""

from django.db import models
from django.db.models import Q

from sluis.kernel import ids
from sluis.register.types import Availability, DistributionKind, Openness, Publication


def _choices(words: type[Openness | Availability | Publication | DistributionKind]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


def _known(field: str, words: type[Openness | Availability | Publication | DistributionKind]) -> Q:
    return Q(**{f"{field}__in": [word.value for word in words]})


class Dataset(models.Model):
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    organisation = models.ForeignKey("foundation.Organisation", models.PROTECT, related_name="+", db_index=False)
    # A team of that organisation; without one only roles for the whole organisation reach the dataset.
    team = models.ForeignKey("foundation.Team", models.PROTECT, null=True, blank=True, related_name="+")
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    openness = models.CharField(max_length=10, choices=_choices(Openness), default=Openness.UNKNOWN)
    availability = models.CharField(max_length=16, choices=_choices(Availability), default=Availability.UNDER_STUDY)
    planned_date = models.DateField(null=True, blank=True)
    publication = models.CharField(max_length=10, choices=_choices(Publication), default=Publication.DRAFT)
    contact = models.ForeignKey("register.Contact", models.PROTECT, null=True, blank=True, related_name="datasets")
    details = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("-changed_at", "-id")
        constraints = [
            models.CheckConstraint(condition=_known("openness", Openness), name="dataset_known_openness"),
            models.CheckConstraint(condition=_known("availability", Availability), name="dataset_known_availability"),
            models.CheckConstraint(condition=_known("publication", Publication), name="dataset_known_publication"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(slug=""), name="dataset_has_title_and_slug"),
        ]
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="dataset_recent"),
            models.Index(fields=["organisation", "-changed_at", "-id"], name="dataset_by_organisation"),
            models.Index(fields=["publication", "-changed_at", "-id"], name="dataset_by_publication"),
        ]

    def __str__(self) -> str:
        return self.slug


class Distribution(models.Model):
    """`table_id` is the id of a table in the lake: that room stands above this one, so it is no foreign key."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="distributions")
    kind = models.CharField(max_length=10, choices=_choices(DistributionKind))
    table_id = models.UUIDField(null=True, blank=True, db_index=True)
    details = models.JSONField(default=dict)
    url_status = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=_known("kind", DistributionKind), name="distribution_known_kind"),
            models.CheckConstraint(
                condition=Q(table_id=None) | Q(kind=DistributionKind.TABLE),
                name="distribution_only_a_table_has_a_table",
            ),
            models.UniqueConstraint(fields=["dataset", "table_id"], name="distribution_one_per_table"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class DataService(models.Model):
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="services")
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.id)
