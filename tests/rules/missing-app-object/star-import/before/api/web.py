from api.core import *
