"""Controlled lists and their words. A word that ends stays: old records keep meaning what they meant."""

from django.db import models


class Vocabulary(models.Model):
    name = models.SlugField(primary_key=True, max_length=60)
    title = models.CharField(max_length=200)
    source = models.CharField(max_length=500)
    licence = models.CharField(max_length=200)
    retrieved = models.DateField()
    refresh_url = models.CharField(max_length=2000, blank=True)
    base = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Concept(models.Model):
    vocabulary = models.ForeignKey(Vocabulary, models.CASCADE, related_name="concepts")
    uri = models.CharField(max_length=500)
    code = models.CharField(max_length=500)
    label = models.CharField(max_length=500)
    label_en = models.CharField(max_length=500, blank=True)
    broader = models.CharField(max_length=500, blank=True)
    ends = models.DateField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("vocabulary", "position", "uri")
        constraints = [
            models.UniqueConstraint(fields=["vocabulary", "uri"], name="concept_once_per_list"),
            models.UniqueConstraint(fields=["vocabulary", "code"], name="concept_code_once_per_list"),
        ]

    def __str__(self) -> str:
        return self.uri
