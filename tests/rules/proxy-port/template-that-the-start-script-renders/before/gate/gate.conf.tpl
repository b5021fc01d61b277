events {}

http {
    server {
        listen 80;

        location /tides/ {
            proxy_set_header Host ${dollar}host;
            proxy_pass http://tides:8700/;
        }
    }
}
