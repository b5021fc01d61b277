FROM node:22-slim
WORKDIR /srv
COPY api/package.json ./
RUN npm install
COPY api/app.js ./
CMD ["node", "app.js"]
