"""One module per syntax: a text → nodes with places. May not know the graph, and holds no opinion about faults."""
