import tornado.web


class Shared(tornado.web.RequestHandler):
    pass
