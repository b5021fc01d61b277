ROOT_URLCONF = "ferry.urls"
INSTALLED_APPS = ["corsheaders"]

CORS_ALLOWED_ORIGINS = [
    'https://ferry-line.net',
    'http://localhost:3000',  # the designers
    'http://localhost',
]
