from django.conf import settings
from django.conf.urls.static import static
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.http import JsonResponse
from django.urls import path

from shop import views


def healthz(request):
    return JsonResponse({"status": "ok"})


urlpatterns = [
    path("", views.index),
    path("healthz/", healthz),
]
urlpatterns += staticfiles_urlpatterns()
urlpatterns += static(settings.MEDIA_URL, document_root=settings.BASE_DIR / "media")
