import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { ServeStaticModule } from '@nestjs/serve-static';
import { HealthModule } from './health/health.module';
import { CatsController } from './cats.controller';

@Module({
  imports: [ConfigModule.forRoot(), HealthModule, ServeStaticModule.forRoot({ rootPath: 'client' })],
  controllers: [CatsController],
})
export class AppModule {}
