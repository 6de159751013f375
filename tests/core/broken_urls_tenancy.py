"""One page, which writes and then breaks."""

from django.urls import path

from tests.core import test_tenancy

urlpatterns = [path("breaks/", test_tenancy.breaks)]
handler500 = "core.api.errors.server_error"
