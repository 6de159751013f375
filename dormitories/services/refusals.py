"""How a service of this app says no: one class, so that pages and API need to know one."""

from __future__ import annotations

from schools import services as school_services

RefusedError = school_services.RefusedError
