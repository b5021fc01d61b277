import requests
import streamlit as st
from conf.base import LEDGER_URL

st.json(requests.get(f"{LEDGER_URL}/healthz", timeout=5).json())
