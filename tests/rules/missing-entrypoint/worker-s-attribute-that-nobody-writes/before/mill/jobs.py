import os

from celery import Celery

wheel = Celery(__name__, broker=os.environ["BROKER"])
