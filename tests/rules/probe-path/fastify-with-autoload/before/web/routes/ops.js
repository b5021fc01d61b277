module.exports = async (instance, options) => {
  instance.get('/health', async () => ({ status: 'ok' }));
  instance.get('/version', async () => ({ version: '1.0.0' }));
};
