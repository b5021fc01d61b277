db.a.insertOne({})
