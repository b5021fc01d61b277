FROM python:3.12-slim
WORKDIR /srv
RUN pip install --no-cache-dir aiohttp
COPY harbour/ harbour/
CMD ["python", "-m", "harbour.app"]
