from web.main import app

__all__ = ["app"]
