import importlib
import pkgutil


def installed():
    return [importlib.import_module(found.name) for found in pkgutil.iter_modules() if found.name.startswith("plugin_")]
