import httpx

print(httpx.get("https://tides.example.net").text)
