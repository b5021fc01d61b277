FROM python:3.12-slim
WORKDIR /srv
RUN pip install --no-cache-dir flask
COPY well.py .
EXPOSE 7100
CMD ["flask", "--app", "well", "run", "--host", "0.0.0.0", "--port", "7100"]
