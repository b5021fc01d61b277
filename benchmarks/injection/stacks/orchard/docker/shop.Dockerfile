FROM python:3.11-slim

WORKDIR /app

COPY shop/requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY shop/ shop/
COPY docker/start.sh /start.sh
RUN chmod +x /start.sh

EXPOSE 5000
CMD ["/start.sh"]
