import threading


def follow() -> None:
    try:
        from store import shelf
    finally:
        print("following")
    for message in shelf.pubsub().listen():
        print(message)


threading.Thread(target=follow).start()
