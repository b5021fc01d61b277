from pymongo import MongoClient

client = MongoClient("mongodb://root:cold-glow-88@lamp:27017/?authSource=admin")
print(client.moths.seen.count_documents({}))
