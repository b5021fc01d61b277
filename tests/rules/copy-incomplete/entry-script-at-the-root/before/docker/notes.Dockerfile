FROM python:3.12-slim
WORKDIR /srv
COPY notes/requirements.txt .
RUN pip install -r requirements.txt
COPY notes/ notes/
EXPOSE 8000
CMD ["/start.sh"]
