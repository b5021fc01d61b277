from importlib.metadata import entry_points


def routers():
    return [found.load() for found in entry_points(group="harbour")]
