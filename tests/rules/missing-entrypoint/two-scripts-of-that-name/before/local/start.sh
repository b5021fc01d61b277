#!/bin/sh
set -eu
exec uvicorn notes.web:app --reload
