SECRET_KEY = "x"
ROOT_URLCONF = "blog.urls"
