FROM python:@@VERSION@@-slim AS build

COPY --from=ghcr.io/astral-sh/uv:0.5.11 /uv /bin/uv
WORKDIR /app
COPY @@LIST@@ ./
RUN @@INSTALL@@

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
