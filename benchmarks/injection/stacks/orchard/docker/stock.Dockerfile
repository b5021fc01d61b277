FROM python:3.11-slim
WORKDIR /app
COPY stock/requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY stock/server.py .
EXPOSE 7000
CMD ["python", "server.py"]
