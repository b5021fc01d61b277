from api.core import app as application
