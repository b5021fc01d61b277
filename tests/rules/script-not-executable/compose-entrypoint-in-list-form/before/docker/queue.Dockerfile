FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y tini
COPY ["docker/start-queue.sh", "/queue/start-queue.sh"]
