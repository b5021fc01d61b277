FROM node:@@BACK_VERSION@@-bookworm-slim AS backend

WORKDIR /backend
COPY @@BACK_LIST@@ ./
RUN @@BACK_INSTALL@@
COPY @@BACK_FOLDER@@ ./
@@BACK_BUILD@@

FROM nginx:1.27-bookworm

ENV NODE_ENV=production
COPY --from=backend /usr/local/bin/node /usr/local/bin/node
COPY --from=backend /backend /backend
