import chromadb


class Index:
    STORE = "localhost"

    def __init__(self) -> None:
        self.client = chromadb.HttpClient(host=self.STORE, port=9900)

    def find(self, word: str) -> list[str]:
        found = self.client.get_collection("pages").query(query_texts=[word])
        return found["ids"][0]
