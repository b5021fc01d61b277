server {
    listen 8080;

    location /tides/ {
        proxy_set_header Host $host;
        proxy_pass http://${TIDES_HOST}:${TIDES_PORT}/;
    }
}
