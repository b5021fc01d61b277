import requests
import streamlit as st

API = "http://model:8000"

st.title("Forecast")
days = st.slider("Days", 1, 14)
if st.button("Ask"):
    answer = requests.post(f"{API}/forecast", json={"days": days}, timeout=30)
    st.line_chart(answer.json())
