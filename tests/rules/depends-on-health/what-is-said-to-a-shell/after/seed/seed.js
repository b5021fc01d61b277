const { MongoClient } = require('mongodb')

async function main() {
  const client = await MongoClient.connect(process.env.MONGO_URL)
  await client.db().collection('products').insertMany([{ name: 'a' }])
  await client.close()
}
main()
