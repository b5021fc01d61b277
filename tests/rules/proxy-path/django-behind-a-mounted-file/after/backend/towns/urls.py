from django.urls import path

from towns import views

urlpatterns = [
    path("towns/", views.listed),
    path("towns/<str:name>/", views.one),
]
