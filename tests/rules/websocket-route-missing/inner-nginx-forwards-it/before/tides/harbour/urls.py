from django.http import JsonResponse
from django.urls import path

urlpatterns = [
    path("api/tides/", lambda request: JsonResponse({})),
]
