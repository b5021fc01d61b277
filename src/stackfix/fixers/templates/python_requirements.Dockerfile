FROM python:@@VERSION@@-slim AS build

WORKDIR /app
RUN python -m venv /venv
ENV PATH="/venv/bin:$PATH"
COPY @@LIST@@ ./
RUN pip install --no-cache-dir -r @@LIST@@@@SERVER@@

FROM python:@@VERSION@@@@SLIM@@

ENV PATH="/venv/bin:$PATH" \
    PYTHONUNBUFFERED=1
WORKDIR /app
RUN useradd --create-home --uid 10001 app
COPY --from=build /venv /venv
COPY . .
USER 10001

EXPOSE @@PORT@@

CMD @@COMMAND@@
