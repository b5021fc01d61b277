from django.http import JsonResponse
from django.urls import path

from portal import views


def healthz(request):
    return JsonResponse({"status": "ok"})


urlpatterns = [
    path("", views.home),
    path("healthz/", healthz),
]
