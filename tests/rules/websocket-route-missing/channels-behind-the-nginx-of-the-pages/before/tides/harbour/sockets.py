from django.urls import path


def patterns():
    from .consumers import News, Room

    return [
        path("live/news/", News.as_asgi()),
        path("live/room/<int:room>/", Room.as_asgi()),
    ]
