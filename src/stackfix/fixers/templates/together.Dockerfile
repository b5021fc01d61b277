FROM node:@@VERSION@@-slim AS frontend

WORKDIR /frontend
@@MANAGER@@
COPY @@LIST@@ ./
RUN @@INSTALL@@
COPY @@FRONT@@ ./
@@ARGUMENTS@@
RUN @@BUILD@@

@@BACKEND@@

COPY nginx.conf /etc/nginx/conf.d/default.conf
COPY --chmod=755 start.sh /start.sh
COPY --from=frontend /frontend/@@OUTPUT@@ /usr/share/nginx/html

EXPOSE @@PORT@@

CMD ["/start.sh"]
