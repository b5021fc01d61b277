#!/bin/sh
set -eu
uvicorn serve:app --port 8000 &
exec streamlit run app.py --server.port 8501 --server.address 0.0.0.0
