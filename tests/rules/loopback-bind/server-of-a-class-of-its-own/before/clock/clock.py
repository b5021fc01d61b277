import os
import urllib.request

urllib.request.urlopen(os.environ["CHIMES_URL"])
