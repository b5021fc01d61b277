SECRET_KEY = "for-development"
ROOT_URLCONF = "chat.urls"
