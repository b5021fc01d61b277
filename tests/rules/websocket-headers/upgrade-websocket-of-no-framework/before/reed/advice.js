exports.upgradeWebSocket = (advice) => (req, res) => res.status(426).send(advice);
