FROM rust:1-slim-bookworm AS backend

WORKDIR /backend
COPY @@BACK_FOLDER@@ ./
RUN cargo build --release@@LOCKED@@

FROM nginx:1.27-bookworm

COPY --from=backend /backend/target/release/@@NAME@@ /usr/local/bin/@@NAME@@
