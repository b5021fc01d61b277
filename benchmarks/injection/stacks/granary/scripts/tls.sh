#!/bin/sh
set -eu
mkdir -p tls
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=granary.example.org -keyout tls/granary.key -out tls/granary.crt
