#!/bin/sh
set -eu
exec python api/service.py
