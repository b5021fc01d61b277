"""What must never be shown, and what may."""

from __future__ import annotations

import pytest

from stackfix.graph.secrets import is_secret, secret_name, secret_value


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "POSTGRES_PASSWORD",
        "PGPASSWORD",
        "SECRET_KEY",
        "API_KEY",
        "OPENAI_API_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "JWT_SECRET",
        "dbPassword",
        "clientSecret",
        "SENTRY_DSN",
        "SLACK_WEBHOOK",
        "REDIS_PASS",
        "spring.datasource.password",
    ],
)
def test_names_that_hold_secrets(name: str) -> None:
    assert secret_name(name)
    assert is_secret(name, "hunter2")


@pytest.mark.parametrize(
    "name",
    [
        "PORT",
        "BACKEND_URL",
        "MAX_TOKENS",
        "TOKEN_EXPIRE_MINUTES",
        "KEYCLOAK_URL",
        "MONKEY",
        "DATABASE_HOST",
        "COMPASS_MODE",
        "KEYSPACE",
        "AUTHOR",
        "SECRET_NAME",
        "POSTGRES_PASSWORD_FILE",
        "PUBLIC_KEY",
        "CORS_ORIGINS",
    ],
)
def test_names_that_hold_none(name: str) -> None:
    assert not secret_name(name)
    assert not is_secret(name, "value")


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://shop:hunter2@db:5432/shop",
        "redis://:hunter2@redis:6379",
        "sk-proj-abcdefgh12345678",
        "ghp_abcdefghijklmnop1234",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0",
        "-----BEGIN RSA PRIVATE KEY-----",
        "9f86d081884c7d659a2feaa0c55ad015",
        "https://hooks.example.com/?token=abc123",
    ],
)
def test_values_that_look_like_secrets(value: str) -> None:
    assert secret_value(value)
    assert is_secret("ANYTHING", value)


@pytest.mark.parametrize(
    "value",
    [
        "http://backend:8000/api/v1",
        "postgresql://db:5432/shop",
        "postgresql://${USER}:${PASSWORD}@db/shop",
        "kafka-1:9092,kafka-2:9092,kafka-3:9092",
        "registry.example.com/team/service:2024-01-02",
        "production",
        "com.example.shop.Application",
        "docker-compose-production-2024",
    ],
)
def test_values_that_are_plain(value: str) -> None:
    assert not secret_value(value)
    assert not is_secret("ANYTHING", value)


def test_an_empty_or_missing_value_tells_nothing() -> None:
    assert not is_secret("DB_PASSWORD", "")
    assert not is_secret("DB_PASSWORD", None)
    assert not is_secret("SECRET_ENABLED", "true")
    assert is_secret("DB_PASSWORD", "1234")
