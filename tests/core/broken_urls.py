"""An address that fails, to see what is told."""

from django.urls import include, path

from config import urls as real
from core.api.views import ApiView

handler400, handler404, handler500 = real.handler400, real.handler404, real.handler500


class BrokenView(ApiView):
    def get(self, request):
        raise RuntimeError("the secret of 王小雨")


def broken(request):
    raise RuntimeError("the secret of 王小雨")


urlpatterns = [
    path("api/v1/broken/", BrokenView.as_view()),
    path("broken/", broken),
    path("", include("config.urls")),
]
