FROM python:3.12-bookworm
WORKDIR /workspace
