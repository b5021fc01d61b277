module.exports = {
  publicPath: '/console/',
};
