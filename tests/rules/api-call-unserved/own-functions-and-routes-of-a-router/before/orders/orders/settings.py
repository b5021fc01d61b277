ROOT_URLCONF = "orders.urls"
SECRET_KEY = "x"
INSTALLED_APPS = ["rest_framework"]
APPEND_SLASH = False
