document.title = "Docs";
