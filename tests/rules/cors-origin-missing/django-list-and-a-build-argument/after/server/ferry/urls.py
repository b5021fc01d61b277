from django.urls import path

from ferry import views

urlpatterns = [path("crossings/", views.crossings)]
