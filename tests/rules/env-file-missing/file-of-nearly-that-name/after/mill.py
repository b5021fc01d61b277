import os

print(os.environ["GRIST"], int(os.environ["STONES"]))
