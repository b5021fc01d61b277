from fastapi import FastAPI

from loom.weaving import Weaver

app = FastAPI()
weaver = Weaver()


@app.post('/orders/{order}')
async def order(order: str):
    weaver.accept(order)
    return {'accepted': order}
