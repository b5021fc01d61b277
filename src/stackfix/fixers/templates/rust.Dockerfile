FROM rust:1-slim-bookworm AS build

WORKDIR /src
COPY . .
RUN cargo build --release@@LOCKED@@

FROM debian:bookworm-slim

RUN useradd --create-home --uid 10001 app
COPY --from=build /src/target/release/@@NAME@@ /usr/local/bin/@@NAME@@
@@SETTINGS@@
USER 10001

EXPOSE @@PORT@@

CMD ["@@NAME@@"]
