import express from 'express';
import mongoose from 'mongoose';

mongoose.connect(process.env.REEDS_URL || 'mongodb://admin:willow-bark@reeds:27017/baskets?authSource=admin');
const app = express();
app.listen(3000);
