FROM golang:@@VERSION@@-alpine AS build

WORKDIR /src
COPY @@LIST@@ ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -o /out/@@NAME@@ @@PACKAGE@@

FROM alpine:3.20

RUN adduser -D -u 10001 app
COPY --from=build /out/@@NAME@@ /usr/local/bin/@@NAME@@
@@SETTINGS@@
USER 10001

EXPOSE @@PORT@@

CMD ["@@NAME@@"]
