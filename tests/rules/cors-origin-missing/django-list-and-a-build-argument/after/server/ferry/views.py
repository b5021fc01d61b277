from django.http import JsonResponse


def crossings(request):
    return JsonResponse({})
