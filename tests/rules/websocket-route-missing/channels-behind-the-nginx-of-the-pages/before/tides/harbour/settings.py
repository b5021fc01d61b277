ROOT_URLCONF = "harbour.urls"
ASGI_APPLICATION = "harbour.asgi.application"
