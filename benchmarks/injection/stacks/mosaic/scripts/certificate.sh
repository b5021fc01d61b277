#!/bin/sh
set -eu
cd "$(dirname "$0")/../certs"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=tiles.example.org -keyout tiles.key -out tiles.crt
