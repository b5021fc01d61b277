from django.http import JsonResponse


def index(request):
    return JsonResponse({})


def healthz(request):
    return JsonResponse({"ok": True})


def item(request, pk):
    return JsonResponse({"pk": pk})
