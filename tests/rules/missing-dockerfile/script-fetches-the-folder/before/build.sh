#!/bin/sh
set -eu
git clone https://git.example.org/quotes.git
docker build -t quotes quotes
docker build -t web -f web/Dockerfile web
