from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from .views import OrderViewSet

router = SimpleRouter(trailing_slash=False)
router.register("orders", OrderViewSet, basename="order")
urlpatterns = [path("", include(router.urls))]
