FROM node:@@VERSION@@-slim AS build

WORKDIR /app
@@MANAGER@@
COPY @@LIST@@ ./
RUN @@INSTALL@@
COPY . .
@@BUILD@@

FROM node:@@VERSION@@@@SLIM@@

ENV NODE_ENV=production@@SETTINGS@@
WORKDIR /app
@@MANAGES@@
COPY --from=build --chown=node:node /app ./
USER 1000

EXPOSE @@PORT@@

CMD @@COMMAND@@
