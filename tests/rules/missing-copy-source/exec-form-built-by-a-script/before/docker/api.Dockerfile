FROM python:3.12-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY ["./config/logging.ini", "./"]
COPY api/ ./api/
EXPOSE 8600
CMD ["python", "api/service.py"]
