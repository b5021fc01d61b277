from asyncio import gather, sleep
from time import sleep as pause

import requests
from quart import Quart

app = Quart(__name__)
URL = 'http://vault.internal:8200'


@app.before_serving
async def begin():
    pause(2)
    version = requests.get(f'{URL}/version', timeout=3).json()['version']
    app.config['VERSION'] = version
    await gather(sleep(1), sleep(2))
