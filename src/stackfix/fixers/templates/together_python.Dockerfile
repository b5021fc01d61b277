FROM python:@@BACK_VERSION@@-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends nginx=1.22.* \
    && rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled/default
ENV PYTHONUNBUFFERED=1
WORKDIR /backend
COPY @@BACK_LIST@@ ./
RUN pip install --no-cache-dir -r @@NAME@@@@SERVER@@
COPY @@BACK_FOLDER@@ ./
