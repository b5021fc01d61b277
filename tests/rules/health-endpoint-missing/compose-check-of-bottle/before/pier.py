from bottle import Bottle, run

pier = Bottle()


@pier.get("/boats")
def boats():
    return {"boats": []}


run(pier, host="0.0.0.0", port=4400)
