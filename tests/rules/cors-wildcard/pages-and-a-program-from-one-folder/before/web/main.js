document.title = "fen";
