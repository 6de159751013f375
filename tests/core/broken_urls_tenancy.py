"""The program's pages, and one that writes and then breaks."""

from django.urls import path

from config import urls
from tests.core import test_tenancy

urlpatterns = [path("breaks/", test_tenancy.breaks), *urls.urlpatterns]
handler500 = "core.api.errors.server_error"
