import os

print(int(os.environ["THREADS"]))
