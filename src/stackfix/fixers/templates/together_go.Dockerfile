FROM golang:@@BACK_VERSION@@-bookworm AS backend

WORKDIR /backend
COPY @@BACK_FOLDER@@ ./
RUN CGO_ENABLED=0 go build -o /out/@@NAME@@ @@PACKAGE@@

FROM nginx:1.27-bookworm

COPY --from=backend /out/@@NAME@@ /usr/local/bin/@@NAME@@
