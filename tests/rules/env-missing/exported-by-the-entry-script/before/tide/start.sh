#!/bin/sh
export TIDE_TABLE=west-quay
exec uvicorn main:app --host 0.0.0.0 --port 8210
