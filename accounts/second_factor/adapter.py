"""How this program bends allauth.mfa: secrets are encrypted, and an app or a passkey shows the user name."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import qrcode
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from accounts.models import User
from accounts.second_factor import seeds

NAME = "Kiteline"


class Adapter(DefaultMFAAdapter):
    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": _("This passkey didn't work.")}

    def encrypt(self, text: str) -> str:
        """allauth's own calls keep no clear text either (its default does)."""
        return seeds.close(text)

    def decrypt(self, encrypted_text: str) -> str:
        return seeds.open_(encrypted_text)

    def get_totp_issuer(self) -> str:
        return NAME

    def build_totp_svg(self, url: str) -> str:
        """On white, so that a camera reads it from a dark page too."""
        picture = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(picture)
        return picture.getvalue().decode()

    def _get_user_identifier(self, user: User) -> str:
        return user.username

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": NAME}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """The handle is the opaque public id: it is readable on the key."""
        return {"id": user.public_id.bytes, "display_name": user.name, "name": user.username}
