import os

import requests

print(requests.get(os.environ["BOOK_URL"] + "/bids", timeout=5).json())
