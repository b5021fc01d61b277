module.exports = {
  publicPath: '/',
};
