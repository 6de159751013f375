"""People who sign in. This app knows no school: where a person holds a role is schools.Membership."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
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

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="accounts_user_username_lower"),
            models.UniqueConstraint(
                Lower("email"), name="accounts_user_email", condition=~models.Q(email="")
            ),
            models.UniqueConstraint("phone", name="accounts_user_phone", condition=~models.Q(phone="")),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
