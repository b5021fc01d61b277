FROM python:3.12-slim
WORKDIR /srv
RUN pip install --no-cache-dir flask
COPY depth.py .
EXPOSE 7200
CMD ["flask", "--app", "depth", "run", "--host", "0.0.0.0", "--port", "7200"]
