FROM python:3.12
WORKDIR /srv
RUN pip install fastapi uvicorn sqlalchemy pymysql
COPY tides tides
CMD ["uvicorn", "tides.web:app", "--host", "0.0.0.0"]
