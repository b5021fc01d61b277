"""JARVIS in the browser."""

import uuid

import streamlit as st

from config.settings import settings
from services.backend_client_fixed import BackendClient

st.set_page_config(page_title=settings.APP_NAME)
client = BackendClient()

if "session_id" not in st.session_state:
    st.session_state.session_id = uuid.uuid4().hex
    st.session_state.messages = []

with st.sidebar:
    st.metric("Backend", client.check_health()["status"])
    st.selectbox("Model", client.models() or ["offline"])

for message in st.session_state.messages:
    with st.chat_message(message["role"]):
        st.write(message["content"])

if prompt := st.chat_input("How may I help?"):
    st.session_state.messages.append({"role": "user", "content": prompt})
    reply = client.chat(prompt, st.session_state.session_id)
    st.session_state.messages.append({"role": "assistant", "content": reply["response"]})
    st.rerun()
