module.exports = async function (f) {
  f.get('/', async () => []);
  f.post('/', async (request) => request.body);
};
