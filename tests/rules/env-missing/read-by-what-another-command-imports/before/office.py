import sys

from flask import Flask

app = Flask(__name__)


def send() -> None:
    import mail

    print(mail.SENDER)


def never() -> None:
    from mail import SENDER

    print(SENDER)


if __name__ == "__main__":
    if sys.argv[1:] == ["send"]:
        send()
    else:
        app.run(host="0.0.0.0", port=5000)
