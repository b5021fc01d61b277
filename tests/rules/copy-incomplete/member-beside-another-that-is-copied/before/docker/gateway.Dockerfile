FROM rust:1.80-slim AS build
WORKDIR /w
COPY Cargo.toml Cargo.lock ./
COPY crates/gateway crates/gateway
RUN cargo build --release -p gateway

FROM debian:bookworm-slim
COPY --from=build /w/target/release/gateway /gateway
ENTRYPOINT ["/gateway"]
