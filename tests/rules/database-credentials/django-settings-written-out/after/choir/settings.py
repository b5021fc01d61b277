ROOT_URLCONF = "choir.urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "choir",
        "USER": "alto",
        "PASSWORD": "four-voices",
        "HOST": "scores",
        "PORT": "5432",
    }
}
