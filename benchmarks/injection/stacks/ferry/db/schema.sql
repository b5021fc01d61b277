CREATE TABLE departure (id serial PRIMARY KEY, harbour text NOT NULL, leaves timestamptz NOT NULL);
