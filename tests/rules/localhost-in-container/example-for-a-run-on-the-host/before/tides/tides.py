import os

import requests

print(requests.get(os.environ["BOARD_URL"], timeout=5).text)
