import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { HealthModule } from './health/health.module';
import { CatsController } from './cats.controller';

@Module({
  imports: [ConfigModule.forRoot(), HealthModule],
  controllers: [CatsController],
})
export class AppModule {}
