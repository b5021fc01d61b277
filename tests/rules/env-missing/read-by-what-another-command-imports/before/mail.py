import os

SENDER = os.environ["LETTER_SENDER"]
