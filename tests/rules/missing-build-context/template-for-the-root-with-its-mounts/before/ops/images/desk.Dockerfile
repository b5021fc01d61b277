FROM php:8.3-fpm
WORKDIR /srv/heron
