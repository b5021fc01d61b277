import os

import requests
import streamlit as st

st.json(requests.get(os.environ["CORE_URL"] + "/info", timeout=2).json())
