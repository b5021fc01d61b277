import tide_trace

tide_trace.note("up")
