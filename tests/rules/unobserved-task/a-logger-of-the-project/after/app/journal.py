import logging


def make_log(name):
    return logging.getLogger(name)
