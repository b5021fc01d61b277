FROM python:@@VERSION@@-slim AS build

ENV POETRY_VIRTUALENVS_IN_PROJECT=1
WORKDIR /app
RUN pip install --no-cache-dir poetry==1.8.5
COPY @@LIST@@ ./
RUN poetry install --only main --no-root --no-interaction

FROM python:@@VERSION@@@@SLIM@@

ENV PATH="/app/.venv/bin:$PATH" \
    PYTHONUNBUFFERED=1
WORKDIR /app
RUN useradd --create-home --uid 10001 app
COPY --from=build /app/.venv ./.venv
COPY . .
USER 10001

EXPOSE @@PORT@@

CMD @@COMMAND@@
