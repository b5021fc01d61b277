ROOT_URLCONF = "store.urls"
WSGI_APPLICATION = "store.wsgi.application"
