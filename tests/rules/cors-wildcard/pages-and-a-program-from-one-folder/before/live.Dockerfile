FROM node:22-slim
WORKDIR /srv
COPY live/package.json ./
RUN npm install
COPY live/live.js ./
CMD ["node", "live.js"]
