const { createProxyMiddleware } = require("http-proxy-middleware");

module.exports = createProxyMiddleware({ target: process.env.SHED, ws: true });
