import multiprocessing
import os

bind = f"0.0.0.0:{os.environ.get('WEB_PORT', '9100')}"
workers = multiprocessing.cpu_count() * 2 + 1
