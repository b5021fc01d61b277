console.log(require("words"))
