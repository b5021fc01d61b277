"""One module per rule, each with RULE and detect(graph). May not import each other, or know a syntax."""
