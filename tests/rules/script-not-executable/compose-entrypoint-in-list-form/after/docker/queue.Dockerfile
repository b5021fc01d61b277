FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y tini
COPY --chmod=755 ["docker/start-queue.sh", "/queue/start-queue.sh"]
