from django.db import connection
from django.http import JsonResponse
from django.urls import path


def up(request):
    connection.ensure_connection()
    return JsonResponse({"status": "ok"})


def stones(request):
    return JsonResponse({"stones": ["basalt", "gneiss"]})


urlpatterns = [
    path("up/", up),
    path("stones/", stones),
]
