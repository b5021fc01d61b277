from http.server import HTTPServer, SimpleHTTPRequestHandler

if __name__ == "__main__":
    HTTPServer(("", 4300), SimpleHTTPRequestHandler).serve_forever()
