from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet


class OrderViewSet(ViewSet):
    def list(self, request):
        return Response([])

    def create(self, request):
        return Response({})

    @action(detail=True, methods=["post"])
    def pay(self, request, pk=None):
        return Response({})
