"""People, the organisations they work for, and the roles they hold there."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from sluis.foundation.roles import ROLES
from sluis.kernel import clock, ids


class Organisation(models.Model):
    """A public body or a part of one. `tooi_uri` is its identifier in the TOOI register of government organisations."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    tooi_uri = models.URLField(max_length=300, blank=True)
    homepage = models.URLField(max_length=300, blank=True)
    email = models.EmailField(blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A member of staff. `actor_key` stands in the audit chain instead of the name, so the name can be erased."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    actor_key = models.CharField(max_length=40, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.actor_key = self.actor_key or f"person-{ids.new_id().hex[-12:]}"
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Team(models.Model):
    """A part of an organisation that has its own datasets; a role can be held for one team."""

    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="teams")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ("name",)
        constraints = [models.UniqueConstraint(fields=["organisation", "slug"], name="team_once")]

    def __str__(self) -> str:
        return self.name


_BOUND = sorted(name for name, role in ROLES.items() if role.bound)


class Membership(models.Model):
    """One role of one person in one organisation, or for one team of it, until a date when that is given.

    `from_groups`: it follows from the groups that the person's own organisation keeps, and ends with them.
    """

    user_id: UUID
    organisation_id: UUID
    team_id: UUID | None

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships")
    role = models.CharField(max_length=40)
    until_date = models.DateField(null=True, blank=True)
    from_groups = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role", "from_groups"],
                condition=models.Q(team=None),
                name="membership_once",
            ),
            models.UniqueConstraint(
                fields=["user", "team", "role", "from_groups"],
                condition=models.Q(team__isnull=False),
                name="membership_once_in_a_team",
            ),
            models.CheckConstraint(condition=models.Q(role__in=sorted(ROLES)), name="membership_known_role"),
            models.CheckConstraint(
                condition=models.Q(team=None) | ~models.Q(role__in=_BOUND), name="membership_bound_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.user}"


class Delegation(models.Model):
    """A role that a colleague uses in somebody's name, from a day up to and including another.

    The database itself refuses one for a role that the giver does not hold, one of more than a year, and any change but
    ending it (migration 0004).
    """

    giver_id: UUID
    taker_id: UUID
    organisation_id: UUID
    team_id: UUID | None

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=40)
    from_date = models.DateField()
    until_date = models.DateField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-from_date", "-id")
        constraints = [
            models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="delegation_to_another"),
            models.CheckConstraint(
                condition=models.Q(until_date__gte=models.F("from_date")), name="delegation_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=sorted({*ROLES} - {*_BOUND})), name="delegation_known_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} until {self.until_date}"


class GroupRole(models.Model):
    """What a group of an OpenID Connect provider gives its members here: a role, for an organisation or a team."""

    organisation_id: UUID
    team_id: UUID | None

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    group = models.CharField(max_length=300)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=40)

    class Meta:
        ordering = ("group", "role")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "organisation", "role"], condition=models.Q(team=None), name="group_role_once"
            ),
            models.UniqueConstraint(
                fields=["group", "team", "role"],
                condition=models.Q(team__isnull=False),
                name="group_role_once_in_a_team",
            ),
            models.CheckConstraint(condition=models.Q(role__in=sorted(ROLES)), name="group_role_known_role"),
            models.CheckConstraint(
                condition=models.Q(team=None) | ~models.Q(role__in=_BOUND), name="group_role_bound_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.role}"
