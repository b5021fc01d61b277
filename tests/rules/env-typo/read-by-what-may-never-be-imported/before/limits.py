import os

LIMIT = int(os.getenv("UPLOAD_LIMIT", "10"))
SECRETS = os.getenv("SESSION_SECRETS", "")
