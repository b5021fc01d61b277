"""The shop's addresses."""
from django.contrib import admin
from django.http import HttpResponse
from django.urls import path


def home(request):
    return HttpResponse('home')


# keep the admin first
urlpatterns = [
    path('admin/', admin.site.urls, name='admin'),
    path('', home, name='home'),  # the front page
]
