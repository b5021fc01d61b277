FROM node:22-slim AS made
WORKDIR /src
COPY web/package.json ./
RUN npm install
COPY web ./
RUN npm run build
FROM nginx:1.27-alpine
COPY --from=made /src/dist /usr/share/nginx/html
