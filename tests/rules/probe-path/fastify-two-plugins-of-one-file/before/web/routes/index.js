export async function buildUsers(api) {
  api.get('/status', async () => []);
}

export const buildHealth = async (api) => {
  api.route({ method: 'GET', url: '/healthz', handler: async () => 'ok' });
};
