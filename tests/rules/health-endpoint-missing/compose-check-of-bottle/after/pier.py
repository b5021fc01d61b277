from bottle import Bottle, run

pier = Bottle()


@pier.get("/boats")
def boats():
    return {"boats": []}


@pier.get("/alive")
def alive():
    return {"status": "ok"}


run(pier, host="0.0.0.0", port=4400)
