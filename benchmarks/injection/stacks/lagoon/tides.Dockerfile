FROM python:3.12-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY tides tides
EXPOSE 8200
CMD ["uvicorn", "tides.api:app", "--host", "0.0.0.0", "--port", "8200"]
