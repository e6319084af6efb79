"""What people are told: a line in their own list, and by mail when there is a mail server and they want it."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids


class Notice(models.Model):
    """One thing one person was told. `key` says what about, so that nobody is told the same twice.

    `content` holds texts of the process and ids, never what people filled in. `mailed_at` stays empty without a mail
    server, or when this person wants no mail.
    """

    user_id: UUID

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey("foundation.User", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=[("digest", "digest"), ("step", "step"), ("matter", "matter")])
    key = models.CharField(max_length=80)
    content = models.JSONField(default=dict)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="process_notice_once")]
        indexes = [models.Index(fields=["user", "-at"], name="process_notice_list")]

    def __str__(self) -> str:
        return self.key


class NoticeWish(models.Model):
    """What a person chose: mail or not, and in which language. Without a row: mail, in Dutch."""

    user_id: UUID

    user = models.OneToOneField("foundation.User", on_delete=models.CASCADE, primary_key=True, related_name="+")
    by_mail = models.BooleanField(default=True)
    language = models.CharField(max_length=2, choices=[("nl", "nl"), ("en", "en")], default="nl")

    def __str__(self) -> str:
        return self.language
