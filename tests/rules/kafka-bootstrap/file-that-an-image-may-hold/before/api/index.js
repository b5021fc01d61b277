require('dotenv').config()
console.log(process.env.KAFKA_BROKERS)
