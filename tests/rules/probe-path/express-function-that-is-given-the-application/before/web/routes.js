function addHealth(target) {
  target.get('/health', (req, res) => res.send('ok'));
}

module.exports = (target) => {
  target.get('/', (req, res) => res.send('hello'));
  addHealth(target);
};
