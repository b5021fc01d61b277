FROM node:20-alpine AS parts
WORKDIR /parts
COPY package.json package-lock.json theme/
RUN npm ci --prefix theme

FROM node:20-alpine
WORKDIR /srv
COPY --from=parts /parts/theme/ theme/
COPY pages.js .
CMD ["node", "pages.js"]
