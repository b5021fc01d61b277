import { Module } from '@nestjs/common';
import { ProbesModule } from 'nest-probes';
import { CatsController } from './cats.controller';

@Module({ imports: [ProbesModule], controllers: [CatsController] })
export class AppModule {}
