fetch(`${process.env.REACT_APP_API || "http://localhost:4000"}/questions`).then(console.log);
