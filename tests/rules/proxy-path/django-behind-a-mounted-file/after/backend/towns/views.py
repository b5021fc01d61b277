from django.http import JsonResponse


def listed(request):
    return JsonResponse({"towns": []})


def one(request, name):
    return JsonResponse({"name": name})
