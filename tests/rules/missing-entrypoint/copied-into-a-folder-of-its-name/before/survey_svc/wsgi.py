from survey_svc.web.main import app

__all__ = ["app"]
