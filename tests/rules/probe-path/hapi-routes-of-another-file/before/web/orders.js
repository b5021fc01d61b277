module.exports = ['GET', 'POST'].map((method) => ({ method, path: '/health', handler: () => 'ok' }));
