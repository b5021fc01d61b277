SECRET_KEY = "x"
ROOT_URLCONF = "conf.routes"
