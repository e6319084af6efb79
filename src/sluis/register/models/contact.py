"""Where people ask questions. Personal data is kept out by advice: a team, not a person."""

from django.db import models

from sluis.kernel import ids


class Contact(models.Model):
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    organisation = models.ForeignKey("foundation.Organisation", models.PROTECT, related_name="+")
    name = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=300, blank=True)
    page = models.CharField(max_length=2000, blank=True)
    phone = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("name", "id")
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="contact_has_name")]

    def __str__(self) -> str:
        return self.name
