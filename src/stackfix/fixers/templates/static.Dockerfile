FROM node:@@VERSION@@-slim AS build

WORKDIR /app
@@MANAGER@@
COPY @@LIST@@ ./
RUN @@INSTALL@@
COPY . .
@@ARGUMENTS@@
RUN @@BUILD@@

FROM nginx:1.27-alpine

COPY nginx.conf /etc/nginx/conf.d/default.conf
COPY --from=build /app/@@OUTPUT@@ /usr/share/nginx/html

EXPOSE @@PORT@@
