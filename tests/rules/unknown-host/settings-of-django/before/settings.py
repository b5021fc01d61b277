DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "berths",
        "USER": "warden",
        "PASSWORD": "moor",
        "HOST": "postgres",
        "PORT": 5432,
    }
}
SECRET_KEY = "only-for-development"
