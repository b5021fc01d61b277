CREATE TABLE sheet (id serial PRIMARY KEY, title text NOT NULL, outline geometry NOT NULL);
