SECRET_KEY = "dev"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "portal.urls"
