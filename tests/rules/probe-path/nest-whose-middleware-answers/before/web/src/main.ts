import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  app.setGlobalPrefix('api/v1');
  app.use((req, res, next) => (req.path === '/healthz' ? res.send('ok') : next()));
  await app.listen(3000, '0.0.0.0');
}
bootstrap();
