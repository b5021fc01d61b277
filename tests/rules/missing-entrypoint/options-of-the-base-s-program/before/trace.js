process.title = "traced";
