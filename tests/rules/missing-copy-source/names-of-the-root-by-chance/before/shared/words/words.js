module.exports = ["ebb", "flow"]
