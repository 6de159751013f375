"""People who sign in. This app knows no school: where a person holds a role is schools.Membership."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import BlindIndex, SearchableTextField, uuid7
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label


class UserManager(BaseUserManager["User"]):
    """Makes people; there is no create_superuser on purpose."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(PublicIdModel, AbstractBaseUser):
    """Somebody who works with the children and signs in by user name, telephone number or e-mail.

    There is no superuser and no staff flag: rights come from memberships alone, so nobody
    can step around them (house rule: no superuser bypass).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "password": SENSITIVE,
        "last_login": PERSONAL,
        "username": PERSONAL,
        "name": PERSONAL,
        "phone": PERSONAL,
        "email": PERSONAL,
        "language": PUBLIC,
        "theme": PUBLIC,
        "is_active": PUBLIC,
        "joined_at": PUBLIC,
    }

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        CHINESE = "zh-hans", "简体中文"

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("This user name is taken.")},
    )
    name = models.CharField(_("name"), max_length=80)
    phone = SearchableTextField(_("telephone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    # The moment of the request in which this person acts (accounts.middleware, accounts.authentication), kept
    # in no column: what holds for hours and not for days (a duty, an emergency access) is asked then.
    seen_at: datetime | None = None

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="accounts_user_username_lower"),
            models.UniqueConstraint(
                Lower("email"), name="accounts_user_email", condition=~models.Q(email="")
            ),
            models.UniqueConstraint(
                BlindIndex("phone"),
                name="accounts_user_phone",
                condition=models.Q(phone__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class TotpUse(models.Model):
    """The last time step whose code somebody used: a code works once, in whichever process (RFC 6238 §5.2).

    The mark is raised by one UPDATE … WHERE last_step < new, so of two uses at once only one finds a row.
    """

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(["id", "authenticator", "last_step"], PERSONAL)

    authenticator = models.OneToOneField("mfa.Authenticator", models.CASCADE, related_name="totp_use")
    last_step = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.authenticator_id} until {self.last_step}"


class SheetCode(models.Model):
    """One code of a printed sheet: its slow hash, and when it was used. It works once (ASVS 5.0.0 V6.5.1)."""

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "authenticator": PERSONAL,
        "code_hash": SENSITIVE,
        "used_at": PERSONAL,
    }

    authenticator = models.ForeignKey("mfa.Authenticator", models.CASCADE, related_name="sheet_codes")
    code_hash = models.CharField(max_length=200)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authenticator", "code_hash"], name="accounts_sheet_code_once")
        ]

    def __str__(self) -> str:
        return f"{self.authenticator_id} {'used' if self.used_at else 'open'}"


class BrowserSession(AbstractBaseSession):
    """A session, and what its person is shown of it. The primary key is the hash of the cookie.

    `last_seen_at` is when a person last did something; what a page asks by itself doesn't count.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "session_key": SENSITIVE,
        "session_data": SENSITIVE,
        "expire_date": PUBLIC,
        "public_id": PUBLIC,
        "user": PERSONAL,
        "kind": PERSONAL,
        "place": PERSONAL,
        "first_seen_at": PERSONAL,
        "last_seen_at": PERSONAL,
    }

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=50, blank=True)  # the address without its last part
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "-last_seen_at"], name="accounts_session_user")]

    def __str__(self) -> str:
        return f"session of {self.user_id}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from accounts.sessions import SessionStore

        return SessionStore


class KnownBrowser(PublicIdModel):
    """A browser that has signed in to this account before: its wrong tries are counted by themselves.

    Only the hash of the cookie is kept (accounts.browsers).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "user": PERSONAL,
        "token_hash": SENSITIVE,
        "first_seen_at": PERSONAL,
        "last_used_at": PERSONAL,
    }

    user = models.ForeignKey(User, models.CASCADE, related_name="known_browsers")
    token_hash = models.CharField(max_length=64)
    first_seen_at = models.DateTimeField()
    last_used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "token_hash"], name="accounts_known_browser_once")
        ]

    def __str__(self) -> str:
        return f"browser of {self.user_id}"
